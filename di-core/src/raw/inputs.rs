//! Where a constructor finds its arguments.

use std::sync::Arc;

use super::lazy::Deferred;

/// The flag of an input that names a slot of the app's block; all others are offsets into the frame.
pub(crate) const APP: u32 = 1;

/// Where a constructor's arguments are: two bases, and one entry `offset << 1 | APP` for each argument.
#[derive(Clone, Copy)]
pub struct Inputs {
    pub(super) frame: *mut u8,
    pub(super) app: *const u8,
    pub(super) at: *const u32,
}

impl Inputs {
    /// The address of input `i`, and whether it is a slot of the app.
    ///
    /// # Safety
    /// `at` has an entry `i`, and its base is valid at that offset.
    #[inline]
    unsafe fn locate(self, i: usize) -> (*mut u8, bool) {
        // SAFETY: the caller's.
        unsafe {
            let at = *self.at.add(i);
            let offset = (at >> 1) as usize;
            if at & APP == APP {
                (self.app.add(offset).cast_mut(), true)
            } else {
                (self.frame.add(offset), false)
            }
        }
    }

    /// The address of the sized value that input `i` is.
    ///
    /// # Safety
    /// As above, and the entry names a sized value or the slot of one.
    #[inline]
    unsafe fn thin(self, i: usize) -> *mut u8 {
        // SAFETY: the caller's.
        unsafe {
            let (place, is_slot) = self.locate(i);
            if is_slot {
                *place.cast::<*mut u8>()
            } else {
                place
            }
        }
    }

    /// Input `i` as a reference. A slot of the app holds a pointer, thin or fat. In the frame a sized value
    /// lies at the offset itself, and a trait object is a fat reference stored there.
    ///
    /// # Safety
    /// Input `i` is of type `V`, initialised, and not written for `'r`.
    #[inline]
    pub(crate) unsafe fn reference<'r, V: ?Sized>(self, i: usize) -> &'r V {
        // SAFETY: the caller's. `&V` is a thin pointer exactly where its size is that of `*mut u8`.
        unsafe {
            if const { size_of::<&V>() == size_of::<*mut u8>() } {
                let place = self.thin(i);
                *(&raw const place).cast::<&'r V>()
            } else {
                *self.locate(i).0.cast::<&'r V>()
            }
        }
    }

    /// Input `i` as a new handle to a singleton.
    ///
    /// # Safety
    /// Input `i` is a slot of the app that holds the raw pointer of an `Arc<V>`.
    #[inline]
    pub(crate) unsafe fn shared<V: ?Sized>(self, i: usize) -> Arc<V> {
        // SAFETY: the caller's.
        unsafe {
            let (place, _) = self.locate(i);
            let pointer = *place.cast::<*const V>();
            Arc::increment_strong_count(pointer);
            Arc::from_raw(pointer)
        }
    }

    /// Input `i` as what a lazy handle refers to.
    ///
    /// # Safety
    /// Input `i` is a slot that holds the pointer of a `dyn Deferred`, which is there for `'r`.
    #[inline]
    pub(super) unsafe fn deferred<'r>(self, i: usize) -> &'r dyn Deferred {
        // SAFETY: the caller's.
        unsafe {
            let (place, _) = self.locate(i);
            &**place.cast::<*const dyn Deferred>()
        }
    }

    /// Moves input `i` out of the frame.
    ///
    /// # Safety
    /// Input `i` is an owned value of type `V` in the frame that is initialised and not used again.
    #[inline]
    pub(crate) unsafe fn owned<V>(self, i: usize) -> V {
        // SAFETY: the caller's.
        unsafe { self.locate(i).0.cast::<V>().read() }
    }
}
