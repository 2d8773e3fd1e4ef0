//! What the compiler does not look into when it has evaluated a const.
//!
//! It validates the value of each const and of all that it refers to. A plan is a const for each handler and refers to every row
//! of the graph, and has room for every step that there can be: that was most of what a build of a large container took. What is
//! behind a raw pointer, or in a `MaybeUninit`, is not validated.

use std::{marker::PhantomData, mem::MaybeUninit};

/// A slice.
#[derive(Clone, Copy)]
pub(crate) struct Unseen<'a, T> {
    first: *const T,
    len: usize,
    _borrows: PhantomData<&'a [T]>,
}

// SAFETY: a shared slice.
unsafe impl<T: Sync> Send for Unseen<'_, T> {}
// SAFETY: a shared slice.
unsafe impl<T: Sync> Sync for Unseen<'_, T> {}

impl<'a, T> Unseen<'a, T> {
    pub(crate) const fn of(slice: &'a [T]) -> Self {
        Unseen {
            first: slice.as_ptr(),
            len: slice.len(),
            _borrows: PhantomData,
        }
    }

    #[inline(always)]
    pub(crate) const fn all(self) -> &'a [T] {
        // SAFETY: made of a slice that is borrowed for `'a`.
        unsafe { std::slice::from_raw_parts(self.first, self.len) }
    }
}

/// A list with room for `N` values.
pub(crate) struct Room<T: Copy, const N: usize> {
    values: MaybeUninit<[T; N]>,
    len: usize,
}

impl<T: Copy, const N: usize> Room<T, N> {
    pub(crate) const fn new() -> Self {
        Room {
            values: MaybeUninit::uninit(),
            len: 0,
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(crate) const fn extend(&mut self, values: &[T]) {
        assert!(values.len() <= N - self.len);
        // SAFETY: inside the array, which is not that of the values.
        unsafe {
            let first = self.values.as_mut_ptr().cast::<T>();
            let next = first.add(self.len);
            next.copy_from_nonoverlapping(values.as_ptr(), values.len());
        }
        self.len += values.len();
    }

    pub(crate) const fn all(&self) -> &[T] {
        // SAFETY: the first `len` values were written by `extend`, and are never dropped.
        unsafe { std::slice::from_raw_parts(self.values.as_ptr().cast(), self.len) }
    }
}
