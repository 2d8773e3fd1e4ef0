//! Where a constructor finds its arguments.

use std::{
    mem::{ManuallyDrop, MaybeUninit},
    sync::Arc,
};

use super::{deps::Put, held::Slot, lazy::Deferred};

/// A pointer with what belongs to it: a vtable, a length.
type Fat = [MaybeUninit<*const u8>; 2];

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
    unsafe fn locate(&self, i: usize) -> (*mut u8, bool) {
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
    unsafe fn thin(&self, i: usize) -> *mut u8 {
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

    /// Input `i` as a reference.
    ///
    /// # Safety
    /// Input `i` is of type `V`, initialised, and not written for `'r`.
    #[inline]
    pub(crate) unsafe fn reference<'r, V: ?Sized>(self, i: usize) -> &'r V {
        let mut reference = MaybeUninit::uninit();
        // SAFETY: the caller's.
        unsafe {
            Self::put_reference::<V>()(&self, i, reference.as_mut_ptr() as *mut u8);
            reference.assume_init()
        }
    }

    /// What writes an input of type `V` as a reference. A slot of the app holds a pointer, thin or fat. In the frame a sized value
    /// lies at the offset itself, and a trait object is a fat reference stored there.
    ///
    /// `&V` is a thin pointer exactly where its size is that of `*mut u8`.
    pub(super) const fn put_reference<V: ?Sized>() -> Put {
        if size_of::<&V>() == size_of::<*mut u8>() {
            Self::put_thin
        } else {
            Self::put_fat
        }
    }

    /// # Safety
    /// As for [`thin`](Self::thin), and `out` is free memory for a pointer.
    #[inline]
    unsafe fn put_thin(&self, i: usize, out: *mut u8) {
        // SAFETY: the caller's.
        unsafe { (out as *mut *mut u8).write(self.thin(i)) }
    }

    /// # Safety
    /// As for [`locate`](Self::locate); the entry names a fat reference or the slot of one, and `out` is free memory for one.
    #[inline]
    unsafe fn put_fat(&self, i: usize, out: *mut u8) {
        // SAFETY: the caller's.
        unsafe { (out as *mut Fat).write(*(self.locate(i).0 as *const Fat)) }
    }

    /// What writes an input of type `V` as a new handle to a singleton.
    pub(super) const fn put_shared<V: ?Sized>() -> Put {
        if size_of::<&V>() == size_of::<*mut u8>() {
            Self::put_handle
        } else {
            Self::put_fat_handle::<V>
        }
    }

    /// # Safety
    /// Input `i` is a slot of the app that holds a sized singleton, and `out` is free memory for an `Arc` of its type.
    #[inline]
    unsafe fn put_handle(&self, i: usize, out: *mut u8) {
        // SAFETY: the caller's. What is held is there for as long as the slot is.
        unsafe { (*self.locate(i).0.cast::<Slot>()).held().put_handle(out) }
    }

    /// # Safety
    /// Input `i` is a slot of the app that holds the raw pointer of an `Arc<V>`, and `out` is free memory for one.
    #[inline]
    unsafe fn put_fat_handle<V: ?Sized>(&self, i: usize, out: *mut u8) {
        // SAFETY: the caller's. The slot keeps its count.
        unsafe {
            let kept = *(self.locate(i).0 as *const *const V);
            let kept = ManuallyDrop::new(Arc::from_raw(kept));
            (out as *mut Arc<V>).write(Arc::clone(&kept));
        }
    }

    /// Moves input `i` out of the frame.
    ///
    /// # Safety
    /// Input `i` is an owned value of type `V` in the frame that is initialised and not used again, and `out` is free memory for one.
    #[inline]
    pub(super) unsafe fn put_owned<V>(&self, i: usize, out: *mut u8) {
        // SAFETY: the caller's.
        unsafe { self.locate(i).0.copy_to_nonoverlapping(out, size_of::<V>()) }
    }

    /// Input `i` as what a lazy handle refers to.
    ///
    /// # Safety
    /// Input `i` is a slot that holds the pointer of a `dyn Deferred`, which is there for `'r`.
    #[inline]
    pub(super) unsafe fn deferred<'r>(&self, i: usize) -> &'r dyn Deferred {
        // SAFETY: the caller's.
        unsafe {
            let (place, _) = self.locate(i);
            &**place.cast::<*const dyn Deferred>()
        }
    }
}
