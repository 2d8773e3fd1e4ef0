//! Probes: which row provides a dependency, in const evaluation, without an error when none does.
//!
//! An inherent const shadows a trait's default of the same name. `Probe0::<App, Deps>::SOURCE` is therefore the row when
//! `App: Provides<..>` holds for the first dependency, and `Source::Missing` when not. This works in concrete
//! code only: in generic code the default is always taken, silently. Macros use it only where they
//! write a container.

use std::any::Any;
use std::convert::Infallible;
use std::marker::PhantomData;

use crate::{
    Container, Provides, Scope,
    error::BoxError,
    error::IntoSource,
    graph::Source,
    key::{Extract, Extracted, Owned, Ref, Shared, Use},
    node::Node,
    raw::AsyncOp,
};

/// Probes whether `C` provides a key that stands alone, as in `dyn Trait = Impl`.
pub struct Probe<C, D: ?Sized, F: ?Sized, Q>(PhantomData<(*const C, *const D, *const F, *const Q)>);

impl<C: Provides<D, Q, Family = F>, D: ?Sized, F: ?Sized, Q> Probe<C, D, F, Q> {
    /// The row.
    pub const SOURCE: Source = Source::Row(<C as Provides<D, Q>>::INDEX);
}

/// What a probe says when nothing is provided.
pub trait Unprovided {
    /// Nothing.
    const SOURCE: Source = Source::Missing;
}
impl<C, D: ?Sized, F: ?Sized, Q> Unprovided for Probe<C, D, F, Q> {}

/// The container has a source for this dependency. One trait for all ways of holding: with an impl of each probe for each
/// way, the compiler would report every probe of a type that is no node as ambiguous.
///
/// # Safety
/// `SOURCE` is a source of that dependency.
pub unsafe trait Resolves<M, D: ?Sized, F: ?Sized, Q> {
    /// The source.
    const SOURCE: Source;
}

macro_rules! resolves {
    ($($mode:ty),*) => {$(
        // SAFETY: `Provides` says so.
        unsafe impl<C: Provides<D, Q, Family = F>, D: ?Sized, F: ?Sized, Q> Resolves<$mode, D, F, Q> for C {
            const SOURCE: Source = Source::Row(<C as Provides<D, Q>>::INDEX);
        }
    )*};
}
resolves!(Ref, Shared, Owned);

// SAFETY: the extractor yields the value that the dependency takes.
unsafe impl<C: Container, X: Extract<C>> Resolves<Extracted, X, X, ()> for C {
    const SOURCE: Source = Source::Extract(&const { AsyncOp::extractor::<X, C>() });
}

macro_rules! probes {
    ($($probe:ident [$($skip:ident)*])*) => {$(
        /// Probes one dependency of a list.
        pub struct $probe<C, L>(PhantomData<(*const C, *const L)>);
        impl<C: Resolves<M, D, F, Q>, M, D: ?Sized, F: ?Sized, Q, T $(, $skip)*>
            $probe<C, probes!(@list [$($skip)*] Use<M, D, F, Q>)>
        {
            /// The row, or the extractor.
            pub const SOURCE: Source = <C as Resolves<M, D, F, Q>>::SOURCE;
        }
        impl<C, L: Length> OtherSource for $probe<C, L> {
            const SOURCE: Source =
                if L::LEN > probes!(@count $($skip)*) { Source::Missing } else { Source::None };
        }
    )*};
    (@list [] $head:ty) => { ($head, T) };
    (@list [$first:ident $($rest:ident)*] $head:ty) => { ($first, probes!(@list [$($rest)*] $head)) };
    (@count) => { 0 };
    (@count $first:ident $($rest:ident)*) => { 1 + probes!(@count $($rest)*) };
}

/// What a probe says when there is no such dependency, or nothing provides it.
pub trait OtherSource {
    /// `None` or `Missing`.
    const SOURCE: Source;
}

/// The length of a list of dependencies, whatever is in it.
pub trait Length {
    /// The length.
    const LEN: usize;
}
impl Length for () {
    const LEN: usize = 0;
}
impl<H, T: Length> Length for (H, T) {
    const LEN: usize = 1 + T::LEN;
}

probes! {
    Probe0 []
    Probe1 [A0]
    Probe2 [A0 A1]
    Probe3 [A0 A1 A2]
    Probe4 [A0 A1 A2 A3]
    Probe5 [A0 A1 A2 A3 A4]
    Probe6 [A0 A1 A2 A3 A4 A5]
    Probe7 [A0 A1 A2 A3 A4 A5 A6]
    Probe8 [A0 A1 A2 A3 A4 A5 A6 A7]
    Probe9 [A0 A1 A2 A3 A4 A5 A6 A7 A8]
    Probe10 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9]
    Probe11 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10]
    Probe12 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11]
    Probe13 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12]
    Probe14 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13]
    Probe15 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14]
    Probe16 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15]
    Probe17 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16]
    Probe18 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17]
    Probe19 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18]
    Probe20 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19]
    Probe21 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20]
    Probe22 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21]
    Probe23 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21 A22]
    Probe24 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21 A22 A23]
    Probe25 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21 A22 A23 A24]
    Probe26 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21 A22 A23 A24 A25]
    Probe27 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21 A22 A23 A24 A25 A26]
    Probe28 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21 A22 A23 A24 A25 A26 A27]
    Probe29 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21 A22 A23 A24 A25 A26 A27 A28]
    Probe30 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21 A22 A23 A24 A25 A26 A27 A28 A29]
    Probe31 [A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21 A22 A23 A24 A25 A26 A27 A28 A29 A30]
}

/// Probes whether a type is a node, in concrete code.
pub struct NodeProbe<T>(PhantomData<*const T>);

impl<T: Node> NodeProbe<T> {
    /// Its scope.
    pub const SCOPE: Option<Scope> = Some(T::META.scope);
    /// Its scope's number.
    pub const NUMBER: u8 = T::META.scope as u8;
}

/// It is not.
pub trait NotANode {
    /// Nothing.
    const SCOPE: Option<Scope> = None;
    /// That of a singleton.
    const NUMBER: u8 = Scope::Singleton as u8;
}
impl<T> NotANode for NodeProbe<T> {}

/// Probes what can be done with a constructor's error.
pub struct ErrorProbe<E>(PhantomData<*const E>);

impl ErrorProbe<Infallible> {
    /// There is no error.
    pub const FALLIBLE: bool = false;
}

/// Any other error.
pub trait SomeError {
    /// There can be one.
    const FALLIBLE: bool = true;
}
impl<E> SomeError for ErrorProbe<E> {}

/// Probes whether an error can be the source of another.
pub struct SourceProbe<E>(PhantomData<*const E>);

impl<E: Into<BoxError> + 'static> SourceProbe<E> {
    /// The conversion.
    pub const INTO_SOURCE: Option<IntoSource> = Some(into_source::<E>);
}

/// It cannot.
pub trait NoSource {
    /// Nothing.
    const INTO_SOURCE: Option<IntoSource> = None;
}
impl<E> NoSource for SourceProbe<E> {}

fn into_source<E: Into<BoxError> + 'static>(
    error: Box<dyn Any + Send>,
) -> Result<BoxError, Box<dyn Any + Send>> {
    error.downcast::<E>().map(|error| (*error).into())
}
