//! A root without its types: how it is run where nothing is optimised, and in scopes that were opened before.
//!
//! Code that is generic over the root is built for each. Without an optimiser nothing is won by that, and it was most of what a build
//! took for a handler. Here only what begins, polls and drops the root's own future is of its types, and, in plans with a teardown, what ends a frame; all
//! else is built once for an app.

use std::{
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use super::{
    frame::{Bases, Plan},
    heap::{allocate, free},
    inputs::Inputs,
    looped::{self, build_all, drop_all},
    rest::{Control, drop_value},
    scope_future::poll,
    step::takes_drop_at,
};
use crate::{Container, Failure, container::Injects, key::Deps, observe::Watch, plan::View};

/// How a root is run that takes what it asks for and nothing else, whatever its types. It is made for one container.
pub struct RootOps<C, O> {
    view: &'static View<'static>,
    /// The root's future lies behind the frame, and behind that whether it is live.
    pub(super) size: usize,
    pub(super) align: usize,
    future: usize,
    pub(super) live: usize,
    ops: FutureOps<O>,
    /// Begins the root's future in free memory for it.
    start: unsafe fn(Inputs, *mut u8),
    _container: PhantomData<fn() -> C>,
}

/// A future, whatever its type.
#[derive(Clone, Copy)]
struct FutureOps<O> {
    size: usize,
    align: usize,
    /// Takes a live one.
    poll: unsafe fn(*mut u8, &mut Context<'_>) -> Poll<O>,
    /// Takes a live one, which is none then.
    drop: unsafe fn(*mut u8),
}

impl<O> FutureOps<O> {
    /// Of what this fn item returns.
    const fn returned<F, A, B, Fut>(_: F) -> Self
    where
        F: Fn(A, B) -> Fut + Copy,
        Fut: Future<Output = O> + Send,
    {
        FutureOps {
            size: size_of::<Fut>(),
            align: align_of::<Fut>(),
            poll: poll::<Fut>,
            drop: drop_value::<Fut>,
        }
    }
}

impl<C: Container, O: 'static> RootOps<C, O> {
    /// Of the root `H`, by its plan.
    pub const fn of<P, H, L>() -> Self
    where
        P: Plan<Container = C, Root = H>,
        H: Injects<L, O>,
        L: Deps + 'static,
    {
        let view = looped::view::<P>();
        assert!(view.root_len == L::LEN, "a plan for other dependencies");
        let ops = FutureOps::returned(H::run);
        let future = view.size.next_multiple_of(ops.align);
        let live = future + ops.size;
        RootOps {
            view,
            size: live + 1,
            align: match view.align > ops.align {
                true => view.align,
                false => ops.align,
            },
            future,
            live,
            ops,
            start: start::<H, L, O>,
            _container: PhantomData,
        }
    }

    pub(super) fn view(&self) -> &'static View<'static> {
        self.view
    }
}

/// # Safety
/// `inputs` are those of the root `H`, are there until its future is dropped, and owned ones are taken once. `at` is free memory for
/// that future.
unsafe fn start<H: Injects<L, O>, L: Deps, O>(inputs: Inputs, at: *mut u8) {
    // SAFETY: the caller's.
    unsafe {
        let injected = L::take(inputs);
        std::ptr::write(at as *mut _, H::run(PhantomData, injected));
    }
}

/// Memory for a root's frame and future, which is not live.
pub struct RootMemory<'m, C: 'static, O: 'static> {
    pub(super) at: *mut u8,
    pub(super) container: &'m C,
    pub(super) ops: &'static RootOps<C, O>,
}

// SAFETY: plain memory that only this value names, and a container, which is `Sync`.
unsafe impl<C: Sync, O> Send for RootMemory<'_, C, O> {}

impl<'m, C: Container, O> RootMemory<'m, C, O> {
    /// Whose it is.
    pub fn root(&self) -> &'static RootOps<C, O> {
        self.ops
    }

    /// The root in a frame of its own, in this memory.
    ///
    /// # Panics
    /// Of a plan that has something to wait for, or in which something is put off. With the feature `testing`, of an app in which
    /// something was replaced.
    pub fn open(self) -> InFrame<'m, C, O> {
        let view = self.ops.view;
        assert!(
            !(view.is_lazy || view.waits) && view.guards + view.extractors == 0,
            "the plan has something to wait for"
        );
        #[cfg(feature = "testing")]
        assert!(!self.container.handle().is_replaced());
        InFrame {
            // SAFETY: inside of the memory, and free. `ScopeFuture` keeps it while the future is live (`Shape::live`).
            root: unsafe { Root::new(self.at.add(self.ops.future), &self.ops.ops) },
            start: Some(self.ops.start),
            values: Values {
                view,
                bases: Bases {
                    at: self.at,
                    app: self.container.handle().base(),
                },
                mark: 0,
                watch: Watch::nobody(),
            },
            _borrows: PhantomData,
        }
    }
}

/// A root in a frame of its own: builds what it asks for, and runs it.
pub struct InFrame<'m, C, O: 'static> {
    // Dropped first.
    root: Root<O>,
    /// Until it is polled.
    start: Option<unsafe fn(Inputs, *mut u8)>,
    values: Values,
    _borrows: PhantomData<&'m C>,
}

// SAFETY: the root's future and the values in the frame are `Send`, and nobody else has them.
unsafe impl<C: Sync, O> Send for InFrame<'_, C, O> {}
impl<C, O> Unpin for InFrame<'_, C, O> {}

impl<C, O> InFrame<'_, C, O> {
    /// Somebody is told what is built.
    #[cfg(feature = "observe")]
    pub fn observe(&mut self, observer: std::sync::Arc<dyn crate::observe::Observer>) {
        self.values.watch = Watch::by(observer);
    }
}

impl<C, O> Future for InFrame<'_, C, O> {
    type Output = Result<O, Failure>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if let Some(start) = this.start.take() {
            this.values.build()?;
            // SAFETY: the inputs are the root's (see `RootOps::of`), everything is built, and this is done once. The values are
            // dropped after the future.
            unsafe { this.root.begin(start, this.values.root()) };
        }
        this.root.poll(cx).map(Ok)
    }
}

/// The future of a root, in memory that it does not own. That holds also whether it is live, since safe code may forget this: who owns the memory
/// looks, and keeps it then.
struct Root<O: 'static> {
    at: *mut u8,
    ops: &'static FutureOps<O>,
}

impl<O> Root<O> {
    /// # Safety
    /// `at` is memory for the future, free, and for the flag behind it, which is not set. It is not freed while the flag is.
    unsafe fn new(at: *mut u8, ops: &'static FutureOps<O>) -> Self {
        Root { at, ops }
    }

    fn live(&mut self) -> &mut bool {
        // SAFETY: the flag is in the memory, and only this value uses it.
        unsafe { &mut *self.at.add(self.ops.size).cast::<bool>() }
    }

    /// # Safety
    /// As for [`start`], which this is, for a future with these operations, and the memory is free.
    unsafe fn begin(&mut self, start: unsafe fn(Inputs, *mut u8), inputs: Inputs) {
        // SAFETY: the caller's.
        unsafe { start(inputs, self.at) };
        *self.live() = true;
    }

    /// # Panics
    /// When it has not begun, failed, or is over.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<O> {
        assert!(*self.live(), "polled after its end");
        // SAFETY: the future is live, and is not moved before it is dropped.
        let output = ready!(unsafe { (self.ops.poll)(self.at, cx) });
        self.end();
        Poll::Ready(output)
    }

    fn end(&mut self) {
        if std::mem::replace(self.live(), false) {
            // SAFETY: it is live, and dropped once.
            unsafe { (self.ops.drop)(self.at) }
        }
    }
}

impl<O> Drop for Root<O> {
    fn drop(&mut self) {
        self.end();
    }
}

/// The values of a frame, as a loop over the plan builds and drops them.
struct Values {
    view: &'static View<'static>,
    bases: Bases,
    mark: u32,
    watch: Watch,
}

impl Values {
    fn build(&mut self) -> Result<(), Failure> {
        self.watch.skip();
        // SAFETY: the frame is one of this plan, and open.
        unsafe { build_all(self.view, self.bases, &mut self.mark, &mut self.watch) }
    }

    /// The inputs of the root, whose owned ones are its own from now on.
    fn root(&mut self) -> Inputs {
        if takes_drop_at(self.view, self.view.len) {
            self.mark = 2 * self.view.len as u32 + 1;
        }
        self.watch.root_begins();
        Inputs {
            frame: self.bases.at,
            app: self.bases.app,
            at: self.view.inputs.as_ptr(),
        }
    }
}

impl Drop for Values {
    fn drop(&mut self) {
        self.watch.root_ends();
        if let Some(offset) = self.view.control {
            // Not dropped but left, to be torn down by `ScopeFuture`.
            // SAFETY: the control is inside the frame, and nobody else has it while the handler's future lives.
            unsafe {
                (*self.bases.place(offset).cast::<Control>()).end.left(
                    self.mark,
                    std::mem::replace(&mut self.watch, Watch::nobody()),
                )
            }
        } else if self.view.drops {
            // SAFETY: the frame is one of this plan, and is not used again.
            unsafe { drop_all(self.view, self.bases, self.mark) }
        }
    }
}

/// A root in an open scope, in memory of its own.
pub(super) struct InScope<O: 'static> {
    // Dropped first.
    root: Root<O>,
    _memory: Heap,
}

// SAFETY: the root's future is `Send`, and nobody else has it.
unsafe impl<O> Send for InScope<O> {}

impl<O> InScope<O> {
    /// # Safety
    /// `inputs` are those of the root that `ops` are of, stay until this is dropped, and owned ones are taken once.
    pub(super) unsafe fn begin<C>(ops: &'static RootOps<C, O>, inputs: Inputs) -> Self {
        let memory = Heap::new(ops.ops.size + 1, ops.ops.align);
        // SAFETY: the memory is free, and dropped after the root, if that is. The rest is the caller's.
        unsafe {
            memory.at.add(ops.ops.size).cast::<bool>().write(false);
            let mut root = Root::new(memory.at, &ops.ops);
            root.begin(ops.start, inputs);
            InScope {
                root,
                _memory: memory,
            }
        }
    }
}

impl<O> Future for InScope<O> {
    type Output = O;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<O> {
        self.root.poll(cx)
    }
}

struct Heap {
    at: *mut u8,
    layout: std::alloc::Layout,
}

impl Heap {
    fn new(size: usize, align: usize) -> Self {
        let layout = std::alloc::Layout::from_size_align(size, align);
        let layout = layout.expect("the layout of a type");
        Heap {
            at: allocate(layout),
            layout,
        }
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout, and nobody uses it again.
        unsafe { free(self.at, self.layout) }
    }
}
