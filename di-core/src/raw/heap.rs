//! Memory from the global allocator, for values whose types are erased.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};

/// Memory of this layout; a dangling pointer for an empty one.
#[inline(always)]
pub(super) fn allocate(layout: Layout) -> *mut u8 {
    if layout.size() == 0 {
        return layout.dangling_ptr().as_ptr();
    }
    // SAFETY: the layout is not empty.
    let at = unsafe { alloc(layout) };
    if at.is_null() {
        handle_alloc_error(layout);
    }
    at
}

/// Gives the memory back.
///
/// # Safety
/// `at` was allocated with this layout by [`allocate`], and nobody uses it again.
#[inline(always)]
pub(super) unsafe fn free(at: *mut u8, layout: Layout) {
    if layout.size() != 0 {
        // SAFETY: the caller's.
        unsafe { dealloc(at, layout) }
    }
}
