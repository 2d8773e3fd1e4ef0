//! The future that owns a frame's memory.

use std::{
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use super::{
    end::End,
    frame::{Flow, Memory, Plan},
    heap::allocate,
    rest::{Control, Owned, Rest, Shape, drop_value, shape, spawn},
};
use crate::{
    HasContainer, Meta, Outcome,
    teardown::{Ended, Panic, caught},
};

/// A handler's future, the router state that it borrows, and its frame, in one allocation and in this order.
///
/// The handler runs; then, in plans with a teardown, its future is dropped, its output takes the future's place, and the
/// frame's values are torn down. Dropped before that, what was built moves to a task of the app, its memory untouched, which
/// tears it down.
///
/// A constructor's future in the frame is pinned, so its memory must not be freed before it is dropped. The frame's
/// driver drops it, unless safe code forgets the driver: a flag in the frame tells, and the allocation is then leaked too. So does one of a root's future
/// behind the frame (`raw/root.rs`).
pub struct ScopeFuture<O: 'static> {
    /// The future; then the state, then the frame.
    pub(super) at: *mut u8,
    pub(super) ops: &'static Ops<O>,
    pub(super) phase: Phase,
}

// SAFETY: owns a future, an output and a state that are `Send`, and the memory of a frame, which is `Send`.
unsafe impl<O: Send> Send for ScopeFuture<O> {}
impl<O> Unpin for ScopeFuture<O> {}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The future is live.
    Running,
    /// The output stands in its place, and values are being torn down.
    Ending,
    /// Neither is.
    Over,
}

/// What depends on the types of the future and the plan. Calls through here are all that a request pays for erasure.
pub(super) struct Ops<O: 'static> {
    /// Both take a live scope; after `drop_scope` it is none. Where nothing is optimised they are those of all handlers: what is around a future takes
    /// longer to compile than most of them.
    pub(super) poll_scope: unsafe fn(&mut ScopeFuture<O>, &mut Context<'_>) -> Poll<O>,
    pub(super) drop_scope: unsafe fn(&mut ScopeFuture<O>),
    /// Both take a live future; after `drop` it is none.
    pub(super) poll: unsafe fn(*mut u8, &mut Context<'_>) -> Poll<O>,
    pub(super) drop: unsafe fn(*mut u8),
    pub(super) panicked: Panicked<O>,
    /// In plans with a teardown.
    pub(super) end: Option<EndOps<O>>,
    pub(super) shape: Shape,
}

/// The output of one that panicked.
pub(super) enum Panicked<O> {
    Typed(fn(Panic) -> O),
    Of(&'static Meta, fn(&'static Meta, Panic) -> O),
}

impl<O> Panicked<O> {
    #[cold]
    fn output(&self, panic: Panic) -> O {
        match self {
            Panicked::Typed(output) => output(panic),
            Panicked::Of(root, output) => output(root, panic),
        }
    }
}

pub(super) struct EndOps<O> {
    pub(super) outcome: fn(&O) -> Outcome,
    pub(super) ended: fn(O, Ended) -> O,
}

impl<O: 'static> ScopeFuture<O> {
    /// Allocates the future of `flow` with the memory that the plan asks for.
    #[inline]
    pub fn new<P: Plan, W: Flow<P, Output = O>>(flow: W, state: W::State) -> Self {
        Self::allocate::<P, W, _>(flow, state, |flow, state, memory| flow.run(state, memory))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn allocate<P, W, F>(
        flow: W,
        state: W::State,
        begin: impl FnOnce(W, &'static W::State, Memory<'static, P>) -> F,
    ) -> Self
    where
        P: Plan,
        W: Flow<P, Output = O>,
        F: Future<Output = O> + Send + 'static,
    {
        let ops = const {
            &Ops {
                poll_scope: match P::VIEW.control {
                    Some(_) => Self::poll_to_end,
                    None if P::IS_LOOPED => Self::poll_any,
                    None => poll_only::<W, P, F>,
                },
                drop_scope: match P::VIEW.control {
                    Some(_) => Self::give_up,
                    None if P::IS_LOOPED => Self::drop_any,
                    None => drop_only::<F, O>,
                },
                poll: poll::<F>,
                drop: drop_value::<F>,
                panicked: Panicked::Typed(W::panicked),
                end: match P::VIEW.control {
                    None => None,
                    Some(_) => Some(EndOps {
                        outcome: W::outcome,
                        ended: W::ended,
                    }),
                },
                shape: shape::<P, F, W::State, O>((P::VIEW.size, P::VIEW.align), None),
            }
        };
        let shape = &ops.shape;
        // SAFETY: the memory is large enough for the future, the state and the frame at their offsets, and freed by this
        // value only, after the future and then the state are dropped. `'static` stands for that life: `Flow::run` accepts
        // any lifetime and can therefore not let the memory or the state escape.
        unsafe {
            let (at, state) = place(shape, state);
            let memory = Memory {
                at: at.add(shape.frame),
                container: state.container(),
                _memory: PhantomData,
            };
            (at as *mut F).write(begin(flow, state, memory));
            ScopeFuture {
                at,
                ops,
                phase: Phase::Running,
            }
        }
    }

    fn rest(&self) -> Rest {
        Rest {
            at: self.at,
            shape: &self.ops.shape,
        }
    }

    /// # Safety
    /// The future is gone.
    unsafe fn begin_end(&mut self, outcome: Outcome) {
        // SAFETY: the caller's.
        if let Some((_, control)) = unsafe { self.rest().control() } {
            control.end.begin(outcome);
        }
    }

    /// The size of the allocation in bytes.
    pub fn size(&self) -> usize {
        self.ops.shape.layout.size()
    }
}

/// Where there is no optimiser, once for all handlers of an app.
///
/// # Safety
/// `shape` is one of a future with this state. The state lives as long as the memory, and what is made of it no longer.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(super) unsafe fn place<S: HasContainer>(
    shape: &'static Shape,
    state: S,
) -> (*mut u8, &'static S) {
    // SAFETY: the caller's: the offsets are inside of the memory.
    unsafe {
        let at = allocate(shape.layout);
        let held = at.add(shape.state).cast::<S>();
        held.write(state);
        let state: &'static S = &*held;
        for flag in [shape.in_flight, shape.live].into_iter().flatten() {
            at.add(flag).cast::<bool>().write(false);
        }
        if let Some(end) = &shape.end {
            at.add(end.control).cast::<Control>().write(Control {
                container: std::ptr::from_ref(state.container()).cast(),
                is_blocking: false,
                end: End::new(),
            });
        }
        (at, state)
    }
}

/// # Safety
/// `at` is a live `F`, on the heap, and is not moved before it is dropped.
pub(super) unsafe fn poll<F: Future>(at: *mut u8, cx: &mut Context<'_>) -> Poll<F::Output> {
    // SAFETY: the caller's.
    unsafe { Pin::new_unchecked(&mut *(at as *mut F)).poll(cx) }
}

/// Polls the handler, in a plan without a teardown. A panic is an output, too.
///
/// # Safety
/// The future is live, and an `F`.
#[inline(always)]
unsafe fn poll_only<W: Flow<P>, P: Plan, F: Future<Output = W::Output>>(
    scope: &mut ScopeFuture<W::Output>,
    cx: &mut Context<'_>,
) -> Poll<W::Output> {
    // SAFETY: the caller's.
    caught(|| unsafe { poll::<F>(scope.at, cx) })
        .unwrap_or_else(|panic| Poll::Ready(W::panicked(panic)))
}

/// Drops everything, in a plan without a teardown.
///
/// # Safety
/// The future is live, and an `F`; the scope is not used again.
unsafe fn drop_only<F, O>(scope: &mut ScopeFuture<O>) {
    // Dropped last, also when a drop of the handler's own panics.
    let _owned = Owned(scope.rest());
    // SAFETY: the caller's.
    unsafe { drop_value::<F>(scope.at) }
}

impl<O: 'static> ScopeFuture<O> {
    /// # Safety
    /// The future is live.
    unsafe fn poll_handler(&self, cx: &mut Context<'_>) -> Result<Poll<O>, Panic> {
        // SAFETY: the caller's; the future is on the heap and is not moved before it is dropped.
        caught(|| unsafe { (self.ops.poll)(self.at, cx) })
    }

    /// Polls the handler, in a plan without a teardown: [`poll_only`] of any future.
    ///
    /// # Safety
    /// The future is live.
    pub(super) unsafe fn poll_any(&mut self, cx: &mut Context<'_>) -> Poll<O> {
        // SAFETY: the caller's.
        unsafe { self.poll_handler(cx) }
            .unwrap_or_else(|panic| Poll::Ready(self.ops.panicked.output(panic)))
    }

    /// Drops everything, in such a plan: [`drop_only`] of any future.
    ///
    /// # Safety
    /// The future is live, and the scope is not used again.
    pub(super) unsafe fn drop_any(&mut self) {
        let _owned = Owned(self.rest());
        // SAFETY: the caller's.
        unsafe { (self.ops.drop)(self.at) }
    }

    /// Polls the handler and then the teardown of what was built.
    ///
    /// # Safety
    /// The scope is as its phase says.
    ///
    /// # Panics
    /// In a plan without a teardown.
    pub(super) unsafe fn poll_to_end(&mut self, cx: &mut Context<'_>) -> Poll<O> {
        let ops = self.ops.end.as_ref().expect("the plan has a teardown");
        if self.phase == Phase::Running {
            // SAFETY: the future is live.
            let (output, outcome) = match unsafe { self.poll_handler(cx) } {
                Ok(Poll::Pending) => return Poll::Pending,
                Ok(Poll::Ready(output)) => {
                    let outcome = (ops.outcome)(&output);
                    (output, outcome)
                }
                Err(panic) => (self.ops.panicked.output(panic), Outcome::Panicked),
            };
            // Whatever panics below, the future is not touched again.
            self.phase = Phase::Over;
            // SAFETY: as above; its place is then free, and large enough for an output (see `shape`).
            unsafe {
                (self.ops.drop)(self.at);
                self.at.cast::<O>().write(output);
                self.begin_end(outcome);
            }
            self.phase = Phase::Ending;
        }
        assert!(self.phase == Phase::Ending, "polled after its end");
        // SAFETY: the future is gone.
        let ended = ready!(unsafe { self.rest().poll_end(cx) });
        self.phase = Phase::Over;
        // SAFETY: the output is live, and moved out once.
        let output = unsafe { self.at.cast::<O>().read() };
        Poll::Ready(if ended.failures.is_empty() && ended.deferred.is_empty() {
            output
        } else {
            (ops.ended)(output, ended)
        })
    }

    /// Drops the handler, or its output, and leaves the rest to a task of the app, in a plan with a teardown.
    ///
    /// # Safety
    /// The scope is as its phase says, and is not used again.
    pub(super) unsafe fn give_up(&mut self) {
        let rest = self.rest();
        // SAFETY: the control is live.
        if let (Phase::Running, Some((end, control))) = (self.phase, unsafe { rest.control() })
            && control.is_blocking
        {
            let waiting = Waiting {
                rest: Some(rest),
                ops: self.ops,
            };
            // SAFETY: the container is borrowed from the state, which lives as long as the future.
            let runtime = unsafe { (end.runtime)(control.container) };
            return spawn(runtime, waiting.into_end());
        }
        let owned = Owned(rest);
        match self.phase {
            Phase::Running => {
                // The hook is all that a panic here could be told to.
                // SAFETY: the caller's. The frame is dropped with the future, and leaves its values.
                unsafe {
                    let _ = caught(|| (self.ops.drop)(self.at));
                    self.begin_end(Outcome::Cancelled);
                }
            }
            Phase::Ending => {
                // SAFETY: the caller's.
                let _ = caught(|| unsafe { self.at.cast::<O>().drop_in_place() });
            }
            Phase::Over => {}
        }
        // SAFETY: the future is gone, or its output is.
        unsafe { owned.rescue() }
    }
}

impl<O> Future for ScopeFuture<O> {
    type Output = O;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<O> {
        // SAFETY: the operations are those of this future, which is live, or the scope is as its phase says.
        unsafe { (self.ops.poll_scope)(&mut self, cx) }
    }
}

impl<O: 'static> Drop for ScopeFuture<O> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the operations are those of this future, which is not used again.
        unsafe { (self.ops.drop_scope)(self) }
    }
}

/// A scope that was given up while a constructor runs on another thread: its future stays until that is through.
struct Waiting<O: 'static> {
    /// Until the future is dropped.
    rest: Option<Rest>,
    ops: &'static Ops<O>,
}

// SAFETY: as for `ScopeFuture`.
unsafe impl<O> Send for Waiting<O> {}
impl<O> Unpin for Waiting<O> {}

impl<O> Waiting<O> {
    async fn into_end(mut self) -> Ended {
        std::future::poll_fn(|cx| self.poll_blocking(cx)).await;
        match self.give_up() {
            Some(owned) => owned.into_end().await,
            None => Ended::new(Outcome::Cancelled),
        }
    }

    /// Polls the future until no constructor of it runs on another thread, or it is through itself.
    fn poll_blocking(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(rest) = self.rest else {
            return Poll::Ready(());
        };
        // SAFETY: the future is live, on the heap, and not moved; its control is only read while it is not polled.
        unsafe {
            let polled = caught(|| (self.ops.poll)(rest.at, cx));
            let is_blocking = rest
                .control()
                .is_some_and(|(_, control)| control.is_blocking);
            match polled {
                Ok(Poll::Pending) if is_blocking => Poll::Pending,
                _ => Poll::Ready(()),
            }
        }
    }

    /// Drops the future.
    fn give_up(&mut self) -> Option<Owned> {
        let rest = self.rest.take()?;
        let owned = Owned(rest);
        // SAFETY: the future is live, and dropped once. The frame is dropped with it, and leaves its values.
        unsafe {
            let _ = caught(|| (self.ops.drop)(rest.at));
            if let Some((_, control)) = rest.control() {
                control.end.begin(Outcome::Cancelled);
            }
        }
        Some(owned)
    }
}

impl<O> Drop for Waiting<O> {
    fn drop(&mut self) {
        if let Some(rest) = self.rest.take() {
            let _owned = Owned(rest);
            // Waits for what runs on another thread.
            // SAFETY: the future is live, and dropped once.
            let _ = caught(|| unsafe { (self.ops.drop)(rest.at) });
        }
    }
}
