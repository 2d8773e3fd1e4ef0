//! Erased teardowns.

use std::{
    alloc::Layout,
    marker::PhantomData,
    pin::Pin,
    ptr::NonNull,
    task::{Context, Poll},
};

use super::heap::{allocate, free};
use crate::{
    Outcome,
    key::Deps,
    node::Recipe,
    teardown::{Teardown, TeardownShared, Torn, caught},
};

/// A teardown, erased: its future is started in memory of `size` and `align`, polled there, and dropped.
#[derive(Clone, Copy)]
pub(crate) struct TeardownOp {
    pub(crate) size: usize,
    pub(crate) align: usize,
    /// Takes the value at the first address, or, of a singleton, borrows it; starts the future at the second.
    pub(super) start: unsafe fn(*mut u8, Outcome, *mut u8),
    pub(super) poll: unsafe fn(*mut u8, &mut Context<'_>) -> Poll<Torn>,
    pub(super) drop: unsafe fn(*mut u8),
}

impl TeardownOp {
    pub(super) const fn owned<N: Teardown<D, B>, D: Deps, B>() -> Self {
        Self::of(begin::<'static, N, D, B>)
    }

    pub(super) const fn shared<N: TeardownShared<D, B>, D: Deps, B>() -> Self {
        Self::of(begin_shared::<'static, N, D, B>)
    }

    /// From the fn item that begins the future: `F` is its zero-sized type, `Fut` the future's.
    const fn of<F, Fut>(_: F) -> Self
    where
        F: Fn(*mut u8, Outcome) -> Fut + Copy,
        Fut: Future<Output = Torn> + Send,
    {
        assert!(
            size_of::<F>() == 0,
            "only a fn item can be called without a value"
        );
        TeardownOp {
            size: size_of::<Fut>(),
            align: align_of::<Fut>(),
            start: start::<F, Fut>,
            poll: poll::<Fut>,
            drop: drop_future::<Fut>,
        }
    }
}

fn begin<'r, N: Teardown<D, B>, D: Deps, B>(
    value: *mut u8,
    outcome: Outcome,
) -> impl Future<Output = Torn> + Send + use<'r, N, D, B> {
    // SAFETY: only called by `start`, whose caller gives the value away.
    let value = unsafe { Last::new(value.cast()) };
    N::teardown(PhantomData, value, outcome)
}

fn begin_shared<'r, N: TeardownShared<D, B>, D: Deps, B>(
    value: *mut u8,
    outcome: Outcome,
) -> impl Future<Output = Torn> + Send + use<'r, N, D, B> {
    // SAFETY: only called by `start`, whose caller keeps the singleton until the future is dropped.
    let value: &<N as Recipe<D, B>>::Output<'r> = unsafe { &*value.cast() };
    N::teardown(PhantomData, value, outcome)
}

/// # Safety
/// `value` is a live value of the operation's type; unless it is a singleton's it is given away, and what it borrows outlives
/// the future. `at` is free memory for the future.
unsafe fn start<F: Fn(*mut u8, Outcome) -> Fut + Copy, Fut>(
    value: *mut u8,
    outcome: Outcome,
    at: *mut u8,
) {
    // SAFETY: `F` has no size (asserted where the operation was made) and is the type of a fn item, of which
    // every value is valid. The rest is the caller's.
    unsafe {
        let begin = NonNull::<F>::dangling().read();
        at.cast::<Fut>().write(begin(value, outcome));
    }
}

/// # Safety
/// `at` is a started future that is not done and does not move.
unsafe fn poll<Fut: Future<Output = Torn>>(at: *mut u8, cx: &mut Context<'_>) -> Poll<Torn> {
    // SAFETY: the caller's.
    unsafe { Pin::new_unchecked(&mut *at.cast::<Fut>()).poll(cx) }
}

/// # Safety
/// `at` is a started future that nobody uses again.
unsafe fn drop_future<Fut>(at: *mut u8) {
    // SAFETY: the caller's.
    unsafe { at.cast::<Fut>().drop_in_place() }
}

/// Whose teardown it is.
#[derive(Clone, Copy)]
pub(super) struct Owner {
    pub(super) row: u16,
    pub(super) name: &'static str,
}

/// A teardown in memory of its own. A panic in it is an error.
pub(super) struct Closing {
    op: TeardownOp,
    at: *mut u8,
    /// Not, when the teardown panicked before there was a future.
    is_started: bool,
}

// SAFETY: the future is `Send` (`TeardownOp::of`).
unsafe impl Send for Closing {}

impl Closing {
    /// # Safety
    /// As for the operation's `start`, for as long as this lives.
    pub(super) unsafe fn start(op: TeardownOp, value: *mut u8, outcome: Outcome) -> Self {
        let at = allocate(Self::layout(&op));
        let mut closing = Closing {
            op,
            at,
            is_started: false,
        };
        // SAFETY: the memory is free; the rest is the caller's.
        unsafe { (op.start)(value, outcome, at) };
        closing.is_started = true;
        closing
    }

    fn layout(op: &TeardownOp) -> Layout {
        Layout::from_size_align(op.size, op.align).expect("the layout of a type")
    }
}

impl Future for Closing {
    type Output = Torn;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: started, on the heap, and dropped only with this.
        match caught(|| unsafe { (self.op.poll)(self.at, cx) }) {
            Ok(polled) => polled,
            Err(panic) => Poll::Ready(Err(panic.into())),
        }
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        // Nobody is left to tell of a panic, and the values after this one have to be torn down.
        // SAFETY: dropped only here.
        let _ = caught(|| unsafe {
            if self.is_started {
                (self.op.drop)(self.at);
            }
        });
        // SAFETY: allocated with the same layout.
        unsafe { free(self.at, Self::layout(&self.op)) }
    }
}

/// A value that its scope gave away, still where it was built: what a teardown closes. Dropping this drops it.
pub struct Last<'r, V> {
    at: *mut V,
    _value: PhantomData<(V, &'r ())>,
}

// SAFETY: owns a `V`.
unsafe impl<V: Send> Send for Last<'_, V> {}
// SAFETY: as above.
unsafe impl<V: Sync> Sync for Last<'_, V> {}

impl<'r, V: 'r> Last<'r, V> {
    /// # Safety
    /// `at` is a live value that is this one's from now on, and its memory outlives this.
    unsafe fn new(at: *mut V) -> Self {
        Last {
            at,
            _value: PhantomData,
        }
    }

    /// The value.
    pub(crate) fn into_inner(self) -> V {
        let at = self.at;
        std::mem::forget(self);
        // SAFETY: the value is this one's, and moved out once, since `self` is gone.
        unsafe { at.read() }
    }

    /// Closes the value by reference, and then drops it. The borrow is as long as those that constructors get: a place that could
    /// keep it beyond the value's end would be invariant, which nodes are not (see `Injectable`). What `close` returns may have the borrow in
    /// it, so `closed` makes something of it that has none, before the value is dropped.
    pub(crate) async fn close_with<R: Future, T: 'static>(
        self,
        close: impl FnOnce(&'r V) -> R,
        closed: fn(R::Output) -> T,
    ) -> T {
        // SAFETY: the value is live until `self` is dropped, which is after the future and what it returned, also when they are
        // dropped before their end: parameters of an async fn are dropped last.
        let closing = close(unsafe { &*self.at });
        let closed = closed(closing.await);
        drop(self);
        closed
    }
}

impl<V> Drop for Last<'_, V> {
    fn drop(&mut self) {
        // SAFETY: the value is this one's, and dropped once.
        unsafe { self.at.drop_in_place() }
    }
}
