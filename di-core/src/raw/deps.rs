//! From the types of dependencies to the values that a constructor receives.

use std::{marker::PhantomData, mem::ManuallyDrop, sync::Arc};

use super::{Inputs, Lazy, LazyArc, Transient, maker::Thrown};
use crate::{
    key::{
        Extracted, Extractor, Guard, Lazily, LazilyShared, Lent, Mode, Of, Owned, Ref, Shared, Use,
    },
    lists::lists,
    node::Recipe,
};

/// One dependency as a type: what the constructor receives for it.
///
/// # Safety
/// `PUT` must read exactly what the plan stores for an input of this mode, and write an `Arg`; see `Inputs`.
pub unsafe trait Dep {
    /// How it is held.
    const MODE: Mode;
    /// What the constructor receives.
    type Arg<'r>;
    /// What reads an input. A const, since one fn reads what is thin, whatever it refers to: the compiler builds no other for each type.
    const PUT: Put;
}

/// Reads an input, and writes what the constructor receives for it.
///
/// # Safety
/// The inputs come from a step whose input of that number is of the dependency that has this fn, is initialised, lives for as long
/// as what is written, and, when it is owned, was not taken before. The pointer is to free memory for that.
pub(super) type Put = unsafe fn(&Inputs, usize, *mut u8);

macro_rules! referred {
    ($($mode:ident),*) => {$(
        // SAFETY: reads a reference, which is what the plan stores for such an input.
        unsafe impl<D: ?Sized, F: ?Sized + for<'q> Of<'q>, Q> Dep for Use<$mode, D, F, Q> {
            const MODE: Mode = Mode::$mode;
            type Arg<'r> = &'r <F as Of<'r>>::T;
            const PUT: Put = Inputs::put_reference::<<F as Of<'static>>::T>();
        }
    )*};
}
referred!(Ref, Guard);

// SAFETY: makes a handle to the singleton behind a slot, which is what a `Shared` input names.
unsafe impl<D: ?Sized, F: ?Sized + for<'q> Of<'q>, Q> Dep for Use<Shared, D, F, Q> {
    const MODE: Mode = Mode::Shared;
    type Arg<'r> = Arc<<F as Of<'static>>::T>;
    const PUT: Put = Inputs::put_shared::<<F as Of<'static>>::T>();
}

// SAFETY: moves a value out of the frame, which is where the plan puts an `Owned` input.
unsafe impl<D: ?Sized, F: ?Sized + for<'q> Of<'q>, Q> Dep for Use<Owned, D, F, Q>
where
    for<'q> <F as Of<'q>>::T: Sized,
{
    const MODE: Mode = Mode::Owned;
    type Arg<'r> = <F as Of<'r>>::T;
    const PUT: Put = Inputs::put_owned::<<F as Of<'static>>::T>;
}

// SAFETY: moves the handle out of the frame, which is first in what the constructor of such a transient writes.
unsafe impl<D: ?Sized, F: ?Sized + for<'q> Of<'q>, Q> Dep for Use<Lent, D, F, Q>
where
    for<'q> <F as Of<'q>>::T: Sized,
{
    const MODE: Mode = Mode::Lent;
    type Arg<'r> = Transient<<F as Of<'r>>::T>;
    const PUT: Put = Inputs::put_owned::<Transient<<F as Of<'static>>::T>>;
}

// SAFETY: refers to what defers the row's value, whose pointer is in a slot.
unsafe impl<D: ?Sized, F: ?Sized + for<'q> Of<'q>, Q, E> Dep for Use<Lazily<E>, D, F, Q> {
    const MODE: Mode = Mode::Lazy;
    type Arg<'r> = Lazy<'r, <F as Of<'r>>::T, E>;
    const PUT: Put = |inputs, i, out| {
        // SAFETY: the caller's.
        unsafe { (out as *mut Lazy<'_, <F as Of<'_>>::T, E>).write(Lazy::new(inputs.deferred(i))) }
    };
}

// SAFETY: as above; only singletons are held so (`HeldByLazyArc`), and they are in an `Arc`.
unsafe impl<D: ?Sized, F: ?Sized + for<'q> Of<'q>, Q, E> Dep for Use<LazilyShared<E>, D, F, Q> {
    const MODE: Mode = Mode::LazyShared;
    type Arg<'r> = LazyArc<<F as Of<'static>>::T, E>;
    const PUT: Put = |inputs, i, out| {
        // SAFETY: the caller's.
        unsafe {
            (out as *mut LazyArc<<F as Of<'_>>::T, E>).write(LazyArc::new(inputs.deferred(i)))
        }
    };
}

// SAFETY: moves a value out of the frame, which is where the plan puts an extracted input.
unsafe impl<X: Extractor> Dep for Use<Extracted, X, X> {
    const MODE: Mode = Mode::Extract;
    type Arg<'r> = X::Value;
    const PUT: Put = Inputs::put_owned::<X::Value>;
}

/// A list of dependencies, as a tuple.
///
/// # Safety
/// As for [`Dep`], for every element.
pub unsafe trait Deps: Sized {
    /// How many there are.
    const LEN: usize;
    /// What the constructor receives, as a tuple, too.
    type Args<'r>;
    /// Reads all inputs.
    ///
    /// # Safety
    /// As for [`Dep::PUT`], for every element, and `'r`.
    unsafe fn take<'r>(inputs: Inputs) -> Self::Args<'r>;
    /// Runs the constructor `N`. Reads the inputs itself: without optimisation, one fn more for each node takes time to build.
    ///
    /// # Errors
    /// None.
    ///
    /// # Safety
    /// As for [`take`](Self::take), and `out` is free memory for the constructor's output.
    unsafe fn construct<N: Recipe<Self, B>, B>(inputs: Inputs, out: *mut u8) -> Result<(), Thrown>;
}

// SAFETY: reads nothing.
unsafe impl Deps for () {
    const LEN: usize = 0;
    type Args<'r> = ();
    #[inline]
    unsafe fn take<'r>(_: Inputs) -> Self::Args<'r> {}
    #[inline]
    unsafe fn construct<N: Recipe<(), B>, B>(_: Inputs, out: *mut u8) -> Result<(), Thrown> {
        // SAFETY: the caller's.
        unsafe { std::ptr::write(out as *mut N::Output<'_>, N::construct(PhantomData, ())) };
        Ok(())
    }
}

/// Room for a value that is written, and read, by a pointer. What a `MaybeUninit` does by methods would each be a fn for each type without
/// optimisation. Both fields begin where it does.
#[repr(C)]
union Late<T> {
    none: (),
    some: ManuallyDrop<T>,
}

macro_rules! deps {
    () => {};
    ($($dep:ident $i:tt)+) => {
        // SAFETY: reads each from its place in the list, and writes it to its place in the arguments.
        unsafe impl<$($dep: Dep),+> Deps for ($($dep,)+) {
            const LEN: usize = [$($i),+].len();
            type Args<'r> = ($($dep::Arg<'r>,)+);
            #[inline]
            unsafe fn take<'r>(inputs: Inputs) -> Self::Args<'r> {
                let mut args = Late::<Self::Args<'r>> { none: () };
                let at = &raw mut args as *mut Self::Args<'r>;
                // SAFETY: the caller's; each argument is written.
                unsafe {
                    $(($dep::PUT)(&inputs, $i, &raw mut (*at).$i as *mut u8);)+
                    std::ptr::read(at)
                }
            }
            #[inline]
            unsafe fn construct<N: Recipe<Self, B>, B>(
                inputs: Inputs,
                out: *mut u8,
            ) -> Result<(), Thrown> {
                let mut args = Late::<Self::Args<'_>> { none: () };
                let at = &raw mut args as *mut Self::Args<'_>;
                // SAFETY: as above. The lifetime is erased: the plan keeps what is borrowed alive.
                unsafe {
                    $(($dep::PUT)(&inputs, $i, &raw mut (*at).$i as *mut u8);)+
                    let args = std::ptr::read(at);
                    std::ptr::write(out as *mut N::Output<'_>, N::construct(PhantomData, args));
                }
                Ok(())
            }
        }
    };
}
lists!(deps);
