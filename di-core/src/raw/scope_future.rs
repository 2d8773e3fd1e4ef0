//! The future that owns a frame's memory.

use std::{
    alloc::Layout,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};

use super::{
    frame::{Flow, Memory, Plan},
    heap::{allocate, free},
};

/// A handler's future and its frame, in one allocation: the future first, the frame's memory behind it.
///
/// A constructor's future in the frame is pinned, so its memory must not be freed before it is dropped. The frame's
/// driver drops it, unless safe code forgets the driver: a flag in the frame tells, and the allocation is then leaked too.
pub struct ScopeFuture<O> {
    future: *mut (dyn Future<Output = O> + Send),
    layout: Layout,
    /// The flag; null in a plan without async steps.
    in_flight: *mut bool,
}

// SAFETY: owns a future that is `Send`, and the memory of a frame, which is `Send`.
unsafe impl<O> Send for ScopeFuture<O> {}
impl<O> Unpin for ScopeFuture<O> {}

impl<O> ScopeFuture<O> {
    /// Allocates the future of `flow` with the memory that the plan asks for.
    #[inline]
    pub fn new<P: Plan, W: Flow<P, Output = O>>(flow: W) -> Self {
        Self::allocate::<P, W, _>(flow, |flow, memory| flow.run(memory))
    }

    #[inline(always)]
    fn allocate<P, W, F>(flow: W, begin: impl FnOnce(W, Memory<'static, P>) -> F) -> Self
    where
        P: Plan,
        F: Future<Output = O> + Send + 'static,
    {
        let (layout, offset) = const {
            let frame = match Layout::from_size_align(P::VIEW.size, P::VIEW.align) {
                Ok(frame) => frame,
                Err(_) => panic!("[DI020] a frame is too large"),
            };
            match Layout::new::<F>().extend(frame) {
                Ok((layout, offset)) => (layout.pad_to_align(), offset),
                Err(_) => panic!("[DI020] a frame is too large"),
            }
        };
        // SAFETY: the memory is large enough for the future and the
        // frame at its offset, and freed by this value only, after the future is dropped. `'static` stands for
        // that life: `Flow::run` accepts any lifetime and can therefore not let the memory escape.
        unsafe {
            let at = allocate(layout);
            let memory = Memory {
                at: at.add(offset),
                _memory: PhantomData,
            };
            let in_flight = match const { P::VIEW.flag } {
                Some(flag) => at.add(offset + flag).cast::<bool>(),
                None => std::ptr::null_mut(),
            };
            if const { P::VIEW.flag.is_some() } {
                in_flight.write(false);
            }
            at.cast::<F>().write(begin(flow, memory));
            ScopeFuture {
                future: at.cast::<F>(),
                layout,
                in_flight,
            }
        }
    }

    /// The size of the allocation in bytes.
    pub fn size(&self) -> usize {
        self.layout.size()
    }
}

impl<O> Future for ScopeFuture<O> {
    type Output = O;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<O> {
        // SAFETY: the future is on the heap and is not moved before it is dropped.
        unsafe { Pin::new_unchecked(&mut *self.future).poll(cx) }
    }
}

impl<O> Drop for ScopeFuture<O> {
    fn drop(&mut self) {
        // SAFETY: the future and its memory are this value's, and nobody uses them again.
        unsafe {
            self.future.drop_in_place();
            let is_forgotten = !self.in_flight.is_null() && self.in_flight.read();
            if !is_forgotten {
                free(self.future.cast(), self.layout);
            }
        }
    }
}
