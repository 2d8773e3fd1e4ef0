//! From the types of dependencies to the values that a constructor receives.

use std::sync::Arc;

use super::{Inputs, Lazy, LazyArc, Transient};
use crate::key::{
    Extracted, Extractor, Guard, Lazily, LazilyShared, Lent, Mode, Of, Owned, Ref, Shared, Use,
};

/// One dependency as a type: what the constructor receives for it.
///
/// # Safety
/// `take` must read exactly what the plan stores for an input of this mode; see `Inputs`.
pub unsafe trait Dep {
    /// How it is held.
    const MODE: Mode;
    /// What the constructor receives.
    type Arg<'r>;
    /// Reads input `i`.
    ///
    /// # Safety
    /// `inputs` comes from a step whose input `i` is of this dependency, is initialised, lives for
    /// `'r`, and, when it is owned, was not taken before.
    unsafe fn take<'r>(inputs: Inputs, i: usize) -> Self::Arg<'r>;
}

macro_rules! referred {
    ($($mode:ident),*) => {$(
        // SAFETY: reads a reference, which is what the plan stores for such an input.
        unsafe impl<D: ?Sized, F: ?Sized + for<'q> Of<'q>, Q> Dep for Use<$mode, D, F, Q> {
            const MODE: Mode = Mode::$mode;
            type Arg<'r> = &'r <F as Of<'r>>::T;
            #[inline]
            unsafe fn take<'r>(inputs: Inputs, i: usize) -> Self::Arg<'r> {
                // SAFETY: the caller's.
                unsafe { inputs.reference(i) }
            }
        }
    )*};
}
referred!(Ref, Guard);

// SAFETY: clones the `Arc` behind a singleton's slot, which is what a `Shared` input names.
unsafe impl<D: ?Sized, F: ?Sized + for<'q> Of<'q>, Q> Dep for Use<Shared, D, F, Q> {
    const MODE: Mode = Mode::Shared;
    type Arg<'r> = Arc<<F as Of<'static>>::T>;
    #[inline]
    unsafe fn take<'r>(inputs: Inputs, i: usize) -> Self::Arg<'r> {
        // SAFETY: the caller's.
        unsafe { inputs.shared(i) }
    }
}

// SAFETY: moves a value out of the frame, which is where the plan puts an `Owned` input.
unsafe impl<D: ?Sized, F: ?Sized + for<'q> Of<'q>, Q> Dep for Use<Owned, D, F, Q>
where
    for<'q> <F as Of<'q>>::T: Sized,
{
    const MODE: Mode = Mode::Owned;
    type Arg<'r> = <F as Of<'r>>::T;
    #[inline]
    unsafe fn take<'r>(inputs: Inputs, i: usize) -> Self::Arg<'r> {
        // SAFETY: the caller's.
        unsafe { inputs.owned(i) }
    }
}

// SAFETY: moves the handle out of the frame, which is first in what the constructor of such a transient writes.
unsafe impl<D: ?Sized, F: ?Sized + for<'q> Of<'q>, Q> Dep for Use<Lent, D, F, Q>
where
    for<'q> <F as Of<'q>>::T: Sized,
{
    const MODE: Mode = Mode::Lent;
    type Arg<'r> = Transient<<F as Of<'r>>::T>;
    #[inline]
    unsafe fn take<'r>(inputs: Inputs, i: usize) -> Self::Arg<'r> {
        // SAFETY: the caller's.
        unsafe { inputs.owned(i) }
    }
}

// SAFETY: refers to what defers the row's value, whose pointer is in a slot.
unsafe impl<D: ?Sized, F: ?Sized + for<'q> Of<'q>, Q, E> Dep for Use<Lazily<E>, D, F, Q> {
    const MODE: Mode = Mode::Lazy;
    type Arg<'r> = Lazy<'r, <F as Of<'r>>::T, E>;
    #[inline]
    unsafe fn take<'r>(inputs: Inputs, i: usize) -> Self::Arg<'r> {
        // SAFETY: the caller's.
        unsafe { Lazy::new(inputs.deferred(i)) }
    }
}

// SAFETY: as above; only singletons are held so (`HeldByLazyArc`), and they are in an `Arc`.
unsafe impl<D: ?Sized, F: ?Sized + for<'q> Of<'q>, Q, E> Dep for Use<LazilyShared<E>, D, F, Q> {
    const MODE: Mode = Mode::LazyShared;
    type Arg<'r> = LazyArc<<F as Of<'static>>::T, E>;
    #[inline]
    unsafe fn take<'r>(inputs: Inputs, i: usize) -> Self::Arg<'r> {
        // SAFETY: the caller's.
        unsafe { LazyArc::new(inputs.deferred(i)) }
    }
}

// SAFETY: moves a value out of the frame, which is where the plan puts an extracted input.
unsafe impl<X: Extractor> Dep for Use<Extracted, X, X> {
    const MODE: Mode = Mode::Extract;
    type Arg<'r> = X::Value;
    #[inline]
    unsafe fn take<'r>(inputs: Inputs, i: usize) -> Self::Arg<'r> {
        // SAFETY: the caller's.
        unsafe { inputs.owned(i) }
    }
}

/// A list of dependencies: `(first, (second, ()))`.
///
/// # Safety
/// As for [`Dep`], for every element.
pub unsafe trait Deps {
    /// How many there are.
    const LEN: usize;
    /// What the constructor receives, as the same nested list.
    type Args<'r>;
    /// Reads all inputs from `i` on.
    ///
    /// # Safety
    /// As for [`Dep::take`], for every element.
    unsafe fn take<'r>(inputs: Inputs, i: usize) -> Self::Args<'r>;
}

// SAFETY: reads nothing.
unsafe impl Deps for () {
    const LEN: usize = 0;
    type Args<'r> = ();
    #[inline]
    unsafe fn take<'r>(_: Inputs, _: usize) -> Self::Args<'r> {}
}

// SAFETY: reads its head at `i` and its tail from `i + 1` on.
unsafe impl<H: Dep, T: Deps> Deps for (H, T) {
    const LEN: usize = 1 + T::LEN;
    type Args<'r> = (H::Arg<'r>, T::Args<'r>);
    #[inline]
    unsafe fn take<'r>(inputs: Inputs, i: usize) -> Self::Args<'r> {
        // SAFETY: the caller's.
        unsafe { (H::take(inputs, i), T::take(inputs, i + 1)) }
    }
}
