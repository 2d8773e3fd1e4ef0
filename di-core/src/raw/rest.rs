//! What lies where in a scope's allocation, and what is left of one whose future is gone: the frame, the state, and the memory.

use std::{
    alloc::Layout,
    sync::Arc,
    task::{Context, Poll},
};

use super::{
    end::{End, drop_end, poll_end},
    frame::Plan,
    heap::free,
};
use crate::{Container, Outcome, runtime::Runtime, teardown::Ended};

/// What lies where in the allocation.
pub(super) struct Shape {
    pub(super) layout: Layout,
    pub(super) state: usize,
    drop_state: unsafe fn(*mut u8),
    pub(super) frame: usize,
    /// The flag; in plans with futures.
    pub(super) in_flight: Option<usize>,
    /// Whether a root's future behind the frame is live; where it lies there.
    pub(super) live: Option<usize>,
    /// In plans with a teardown.
    pub(super) end: Option<EndShape>,
}

pub(super) struct EndShape {
    pub(super) control: usize,
    poll: unsafe fn(*mut u8, &mut End, &mut Context<'_>) -> Poll<Ended>,
    /// Drops what `poll` has not come to.
    drop: unsafe fn(*mut u8, &mut End),
    pub(super) runtime: unsafe fn(*const u8) -> Arc<dyn Runtime>,
}

/// What the frame leaves to its end; in the memory of plans with a teardown.
pub(crate) struct Control {
    /// The app that goes on with it when nobody else does; borrowed from the state, which is dropped last.
    pub(super) container: *const u8,
    /// A constructor runs on another thread: the frame, and the future that waits, have to stay.
    pub(super) is_blocking: bool,
    pub(super) end: End,
}

/// `frame` are the size and the alignment of the frame and of what lies behind it, and `live` is where a root's future says there that it is.
pub(super) const fn shape<P: Plan, F, S, O>(frame: (usize, usize), live: Option<usize>) -> Shape {
    const fn behind(layout: Layout, next: Layout) -> (Layout, usize) {
        match layout.extend(next) {
            Ok(extended) => extended,
            Err(_) => panic!("[DI020] a frame is too large"),
        }
    }
    const fn layout(size: usize, align: usize) -> Layout {
        match Layout::from_size_align(size, align) {
            Ok(layout) => layout,
            Err(_) => panic!("[DI020] a frame is too large"),
        }
    }
    const fn max(a: usize, b: usize) -> usize {
        if a > b { a } else { b }
    }
    let has_end = P::VIEW.control.is_some();
    let future = if has_end {
        let size = max(size_of::<F>(), size_of::<O>());
        layout(size, max(align_of::<F>(), align_of::<O>()))
    } else {
        Layout::new::<F>()
    };
    let (whole, state) = behind(future, Layout::new::<S>());
    let (whole, frame) = behind(whole, layout(frame.0, frame.1));
    Shape {
        layout: whole.pad_to_align(),
        state,
        drop_state: drop_value::<S>,
        frame,
        in_flight: match P::VIEW.flag {
            Some(flag) => Some(frame + flag),
            None => None,
        },
        live: match live {
            Some(live) => Some(frame + live),
            None => None,
        },
        end: match P::VIEW.control {
            Some(control) => Some(EndShape {
                control: frame + control,
                poll: poll_end::<P>,
                drop: drop_end::<P>,
                runtime: runtime::<P::Container>,
            }),
            None => None,
        },
    }
}

/// # Safety
/// `at` is a live `T` that nobody uses again.
pub(super) unsafe fn drop_value<T>(at: *mut u8) {
    // SAFETY: the caller's.
    unsafe { at.cast::<T>().drop_in_place() }
}

/// The frame, the state and the memory, with no future.
#[derive(Clone, Copy)]
pub(super) struct Rest {
    pub(super) at: *mut u8,
    pub(super) shape: &'static Shape,
}

impl Rest {
    /// # Safety
    /// The plan has a teardown, nobody else uses its frame, and the memory is not freed.
    pub(super) unsafe fn control<'a>(self) -> Option<(&'static EndShape, &'a mut Control)> {
        let end = self.shape.end.as_ref()?;
        // SAFETY: the control is in the allocation; the rest is the caller's.
        Some((end, unsafe { &mut *self.at.add(end.control).cast() }))
    }

    /// # Safety
    /// The future is gone, and the memory is not freed.
    pub(super) unsafe fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Ended> {
        // SAFETY: the caller's.
        unsafe {
            match self.control() {
                Some((end, control)) => {
                    (end.poll)(self.at.add(self.shape.frame), &mut control.end, cx)
                }
                None => Poll::Ready(Ended::new(Outcome::Cancelled)),
            }
        }
    }

    /// Drops what is left and frees the memory.
    ///
    /// # Safety
    /// The future is gone, and nobody uses this again.
    unsafe fn free(self) {
        // SAFETY: the caller's; the control and the flag are in the allocation.
        unsafe {
            if let Some((end, control)) = self.control() {
                if control.is_blocking {
                    // Safe code forgot the driver that waits for another thread, which may still use all of this.
                    return;
                }
                (end.drop)(self.at.add(self.shape.frame), &mut control.end);
                std::ptr::from_mut(control).drop_in_place();
            }
            let flags = [self.shape.in_flight, self.shape.live];
            let is_forgotten = flags
                .into_iter()
                .flatten()
                .any(|flag| self.at.add(flag).cast::<bool>().read());
            (self.shape.drop_state)(self.at.add(self.shape.state));
            if !is_forgotten {
                free(self.at, self.shape.layout);
            }
        }
    }
}

/// The same, owned: frees the memory at the end, also when something panics.
pub(super) struct Owned(pub(super) Rest);

// SAFETY: as for `ScopeFuture`.
unsafe impl Send for Owned {}

impl Owned {
    pub(super) async fn into_end(mut self) -> Ended {
        // SAFETY: the future is gone, and the memory is this one's.
        std::future::poll_fn(|cx| self.poll_end(cx)).await
    }

    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Ended> {
        // SAFETY: the future is gone where there is an `Owned` that is polled, and the memory is this one's.
        unsafe { self.0.poll_end(cx) }
    }

    /// Goes on as a task of the app, if there is anything to go on with.
    ///
    /// # Safety
    /// The future is gone.
    pub(super) unsafe fn rescue(self) {
        // SAFETY: the caller's; the container is borrowed from the state, which lives as long as this.
        unsafe {
            if let Some((end, control)) = self.0.control()
                && !control.end.is_over()
            {
                // The task may end, and with it the container, while it is being spawned.
                let runtime = (end.runtime)(control.container);
                spawn(runtime, self.into_end());
            }
        }
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: the future is gone by then, and this is the end.
        unsafe { self.0.free() }
    }
}

/// # Safety
/// `container` is a live `C`.
unsafe fn runtime<C: Container>(container: *const u8) -> Arc<dyn Runtime> {
    // SAFETY: the caller's.
    unsafe { (*container.cast::<C>()).handle().runtime() }
}

/// Goes on with a scope as a task of the app.
pub(super) fn spawn(
    runtime: Arc<dyn Runtime>,
    ended: impl Future<Output = Ended> + Send + 'static,
) {
    let told = Arc::clone(&runtime);
    runtime.spawn(Box::pin(async move {
        ended.await.settle_beside(&*told);
    }));
}
