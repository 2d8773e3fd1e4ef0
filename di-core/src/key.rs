//! Keys: what a dependency is asked for by.
//!
//! A key is a type, never a name, so type aliases, re-exports and `use .. as ..` need no thought.
//! One form serves every type, those that borrow and trait objects included:
//!
//! ```ignore
//! Use<Ref, Users<'static>, dyn for<'q> Of<'q, T = Users<'q>>, Primary>
//! //  how  discriminator   the family: the type at each lifetime  qualifier
//! ```
//!
//! The discriminator is what the compiler matches on (rustc rejects quickly on it, and a message can
//! name it); the family says what the value is at the lifetime of one request. `Provides` maps a
//! discriminator and a qualifier to a family and an index, and whoever asks must name the same family:
//! an alias that pins a lifetime (`type Pinned<'a> = Users<'static>`) is then not found instead of
//! being wrong.

use std::{marker::PhantomData, sync::Arc};

use crate::raw::Inputs;

/// A type at the lifetime `'q`; always used as `dyn for<'q> Of<'q, T = Users<'q>>`.
pub trait Of<'q> {
    /// The type at that lifetime.
    type T: ?Sized + 'q;
}

/// How a dependency is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// `&T`
    Ref,
    /// `Arc<T>`
    Shared,
    /// `T`, a transient
    Owned,
    /// `#[extract] x: T`, taken from the request
    Extract,
}

/// Held as `&T`.
#[derive(Debug)]
pub enum Ref {}
/// Held as `Arc<T>`.
#[derive(Debug)]
pub enum Shared {}
/// Held as `T`, a value of one's own.
#[derive(Debug)]
pub enum Owned {}

/// Taken from the request: the discriminator is the extractor.
#[derive(Debug)]
pub enum Extracted {}

/// One dependency: how it is held (`M`), its discriminator, its family, and its qualifier.
pub struct Use<M, D: ?Sized, F: ?Sized, Q = ()>(
    PhantomData<(*const M, *const D, *const F, *const Q)>,
);

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

// SAFETY: reads a reference, which is what the plan stores for a `Ref` input.
unsafe impl<D: ?Sized, F: ?Sized + for<'q> Of<'q>, Q> Dep for Use<Ref, D, F, Q> {
    const MODE: Mode = Mode::Ref;
    type Arg<'r> = &'r <F as Of<'r>>::T;
    #[inline(always)]
    unsafe fn take<'r>(inputs: Inputs, i: usize) -> Self::Arg<'r> {
        // SAFETY: the caller's.
        unsafe { inputs.reference(i) }
    }
}

// SAFETY: clones the `Arc` behind a singleton's slot, which is what a `Shared` input names.
unsafe impl<D: ?Sized, F: ?Sized + for<'q> Of<'q>, Q> Dep for Use<Shared, D, F, Q> {
    const MODE: Mode = Mode::Shared;
    type Arg<'r> = Arc<<F as Of<'static>>::T>;
    #[inline(always)]
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
    #[inline(always)]
    unsafe fn take<'r>(inputs: Inputs, i: usize) -> Self::Arg<'r> {
        // SAFETY: the caller's.
        unsafe { inputs.owned(i) }
    }
}

// SAFETY: moves a value out of the frame, which is where the plan puts an extracted input.
unsafe impl<X: Extractor> Dep for Use<Extracted, X, X> {
    const MODE: Mode = Mode::Extract;
    type Arg<'r> = X::Value;
    #[inline(always)]
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
    #[inline(always)]
    unsafe fn take<'r>(_: Inputs, _: usize) -> Self::Args<'r> {}
}

// SAFETY: reads its head at `i` and its tail from `i + 1` on.
unsafe impl<H: Dep, T: Deps> Deps for (H, T) {
    const LEN: usize = 1 + T::LEN;
    type Args<'r> = (H::Arg<'r>, T::Args<'r>);
    #[inline(always)]
    unsafe fn take<'r>(inputs: Inputs, i: usize) -> Self::Args<'r> {
        // SAFETY: the caller's.
        unsafe { (H::take(inputs, i), T::take(inputs, i + 1)) }
    }
}

/// What an extractor yields. A web facade implements this for a type of its own.
pub trait Extractor: 'static {
    /// The value that the constructor receives.
    type Value: Send + 'static;
}

/// How an extractor reads the request of the container `C`.
pub trait Extract<C: crate::Container>: Extractor {
    /// What is returned instead of a value, as an answer to the request.
    type Rejection: Send + 'static;
    /// Takes the value from the request.
    fn extract(
        request: &mut C::Request,
        container: &C,
    ) -> impl Future<Output = Result<Self::Value, Self::Rejection>> + Send;
}
