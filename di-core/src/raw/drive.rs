//! The driver of plans with async steps: one future, with the step's own future in the frame's scratch memory.

use std::{
    mem::ManuallyDrop,
    pin::Pin,
    task::{Context, Poll},
};

use super::{
    blocking::BlockingCall,
    frame::{Frame, Plan, Ready},
    inputs::Inputs,
    looped,
    maker::{AsyncOp, MakeFn, Thrown},
    step::{
        BUILD, StepKind, async_op, at, constructs, drop_fn, end_of, failure, first_drop, flag,
        is_driven, is_extractor, kind, make_fn, out, part, takes_drop,
    },
    unroll::{Chunk, First, Next, WIDTH, unroll},
};
use crate::{Container as _, Failure, observe::Constructed};

/// A pointer that a future may hold.
#[derive(Clone, Copy)]
pub(super) struct Shelf(pub(super) *mut u8);
// SAFETY: points to a request that the driving future borrows mutably; requests are `Send` (`Container::Request`).
unsafe impl Send for Shelf {}

/// Drives the steps of one part of a plan that has async ones: the guards, the extractors, or the constructors.
#[must_use = "nothing runs unless it is polled"]
pub struct Drive<'f, 'm, P: Plan, const PART: u8> {
    pub(super) frame: &'f mut Frame<'m, P>,
    pub(super) request: Shelf,
    /// The step to go on with.
    pub(super) next: u32,
    /// How to drop the future in flight, which lies in the frame's scratch memory.
    pub(super) pending: Option<unsafe fn(*mut u8)>,
    /// Whether it is through, or has panicked: a step that failed may not run again, since it has taken its owned inputs.
    pub(super) is_over: bool,
}

impl<P: Plan, const PART: u8> Drive<'_, '_, P, PART> {
    /// The inputs of an extractor.
    #[inline(always)]
    pub(super) fn request(&self) -> Inputs {
        Inputs {
            frame: self.request.0,
            app: self.frame.container,
            at: std::ptr::null(),
        }
    }

    #[inline(always)]
    fn scratch(&self) -> *mut u8 {
        // SAFETY: the scratch memory is inside the frame.
        unsafe { self.frame.bases.place(const { P::VIEW.scratch }) }
    }

    #[inline(always)]
    fn flag(&self) -> *mut bool {
        // SAFETY: the flag is inside the frame, in every plan with async steps.
        unsafe { self.frame.bases.place(const { flag::<P>() }).cast() }
    }

    fn stop(&mut self) {
        if let Some(drop) = self.pending.take() {
            // SAFETY: a future is in flight, and this is the only place that drops it. The flag is inside the frame.
            unsafe {
                drop(self.scratch());
                self.flag().write(false);
            }
            self.frame.set_blocking(false);
        }
    }

    /// A constructor begins, or something else.
    #[inline(always)]
    pub(super) fn begin(&mut self, constructed: Option<Constructed>) {
        match constructed {
            Some(constructed) => self.frame.watch.construct(constructed),
            None => self.frame.watch.skip(),
        }
    }

    /// It was polled.
    #[inline(always)]
    pub(super) fn end(&mut self, polled: &Poll<Result<(), Thrown>>) {
        match polled {
            Poll::Pending => self.frame.watch.wait(),
            Poll::Ready(made) => self.frame.watch.end(made.is_ok()),
        }
    }

    /// Starts the future of step `k` unless it is in flight, and polls it.
    #[inline(always)]
    pub(super) fn advance(
        &mut self,
        op: &AsyncOp,
        inputs: Inputs,
        out: usize,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Thrown>> {
        let _entered = self.frame.watch.enter();
        // SAFETY: the scratch memory is large enough for every async step and holds one future at a time, which
        // does not move; the inputs of a step are built before it, and its place is free memory of the frame.
        unsafe {
            if self.pending.is_none() {
                (op.start)(inputs, self.scratch());
                self.flag().write(true);
                self.pending = Some(op.drop);
            }
            let polled = (op.poll)(self.scratch(), cx, self.frame.bases.place(out));
            if polled.is_ready() {
                self.stop();
            }
            polled
        }
    }
}

impl<P: Plan, const PART: u8> Drive<'_, '_, P, PART> {
    /// Begins a constructor on another thread unless it runs, and polls for its end. Until then the frame may not be dropped,
    /// which its control says.
    pub(super) fn wait_for(
        &mut self,
        make: MakeFn,
        inputs: Inputs,
        out: usize,
        drop: Option<unsafe fn(*mut u8)>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Thrown>> {
        let _entered = self.frame.watch.enter();
        let call = self.scratch().cast::<BlockingCall>();
        // SAFETY: the scratch memory is large enough for a call and holds one future at a time, which does not move. The inputs
        // of a step are built before it, its place is free memory of the frame, and both stay (see `ScopeFuture`). The
        // container is borrowed for longer than the frame.
        unsafe {
            if self.pending.is_none() {
                let runtime = (*self.frame.container.cast::<P::Container>())
                    .handle()
                    .runtime();
                let out = self.frame.bases.place(out);
                call.write(BlockingCall::start(
                    &*runtime, make, inputs, out, drop, true,
                ));
                self.flag().write(true);
                self.frame.set_blocking(true);
                self.pending = Some(|at| at.cast::<BlockingCall>().drop_in_place());
            }
            let polled = Pin::new_unchecked(&mut *call).poll(cx);
            if polled.is_ready() {
                self.stop();
            }
            polled
        }
    }
}

impl<'f, 'm, P: Plan> Drive<'f, 'm, P, BUILD> {
    /// What it has built.
    ///
    /// # Panics
    /// When it did not end, or failed.
    pub fn into_ready(self) -> Ready<'f, 'm, P> {
        let this = ManuallyDrop::new(self);
        // SAFETY: `this` is not used again. Where a future is in flight this panics, and it is as if it was forgotten.
        unsafe { std::ptr::read(&this.frame) }.ready()
    }
}

impl<P: Plan, const PART: u8> Drop for Drive<'_, '_, P, PART> {
    fn drop(&mut self) {
        self.stop();
    }
}

impl<P: Plan, const PART: u8> Future for Drive<'_, '_, P, PART> {
    type Output = Result<(), Failure>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let is_over = std::mem::replace(&mut self.is_over, true);
        assert!(!is_over, "a driver is polled after its end");
        // The compiler builds this for parts, too, that have nothing to drive: their future is a state of the caller's.
        let driven = (const {
            if !is_driven(&P::VIEW, PART) {
                driven as DriveFn<P, PART>
            } else if P::IS_LOOPED {
                looped::drive as DriveFn<P, PART>
            } else {
                drive_chunk::<P, First, PART> as DriveFn<P, PART>
            }
        })(&mut self, cx);
        match driven {
            Poll::Pending => self.is_over = false,
            Poll::Ready(Ok(())) => {
                self.frame.watch.wait();
                self.frame.done(PART);
            }
            Poll::Ready(Err(_)) => {}
        }
        driven
    }
}

type DriveFn<P, const PART: u8> =
    fn(&mut Drive<'_, '_, P, PART>, &mut Context<'_>) -> Poll<Result<(), Failure>>;

fn driven<P: Plan, const PART: u8>(
    _: &mut Drive<'_, '_, P, PART>,
    _: &mut Context<'_>,
) -> Poll<Result<(), Failure>> {
    Poll::Ready(Ok(()))
}

#[inline(always)]
fn drive_chunk<P: Plan, C: Chunk, const PART: u8>(
    drive: &mut Drive<'_, '_, P, PART>,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Failure>> {
    macro_rules! one {
        ($k:literal) => {
            if const { C::START + $k < P::VIEW.len && part::<P>(C::START + $k) == PART }
                && drive.next == const { (C::START + $k) as u32 }
            {
                if const { takes_drop::<P>(C::START + $k) } {
                    drive.frame.mark = const { 2 * (C::START + $k) as u32 + 1 };
                }
                if drive.pending.is_none() {
                    drive.begin(const { constructs::<P>(C::START + $k) });
                }
                let inputs = if const { is_extractor::<P>(C::START + $k) } {
                    drive.request()
                } else {
                    drive.frame.bases.inputs(const { &at::<P>(C::START + $k) })
                };
                let out = const { out::<P>(C::START + $k) };
                let made = if const { matches!(kind::<P>(C::START + $k), StepKind::Async(_)) } {
                    drive.advance(const { &async_op::<P>(C::START + $k) }, inputs, out, cx)
                } else if const { matches!(kind::<P>(C::START + $k), StepKind::Blocking(_)) } {
                    let make = const { make_fn::<P>(C::START + $k) };
                    let drop = const { drop_fn::<P>(C::START + $k) };
                    drive.wait_for(make, inputs, out, drop, cx)
                } else {
                    let _entered = drive.frame.watch.enter();
                    // SAFETY: the inputs of a step are built before it, and its place is free memory of the frame.
                    Poll::Ready(unsafe {
                        (const { make_fn::<P>(C::START + $k) })(inputs, drive.frame.bases.place(out))
                    })
                };
                drive.end(&made);
                match made {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(failure::<P>(C::START + $k, error))),
                    Poll::Ready(Ok(())) => {}
                }
                if const { first_drop::<P>() <= C::START + $k } {
                    drive.frame.mark = const { 2 * (C::START + $k) as u32 + 2 };
                }
                drive.next = const { (C::START + $k) as u32 + 1 };
            }
        };
    }
    unroll!(one);
    (const {
        if end_of(&P::VIEW, PART) > C::START + WIDTH {
            drive_chunk::<P, Next<C>, PART> as DriveFn<P, PART>
        } else {
            driven as DriveFn<P, PART>
        }
    })(drive, cx)
}
