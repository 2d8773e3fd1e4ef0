//! Probes: which row provides a dependency, in const evaluation, without an error when none does.
//!
//! An inherent const or method shadows a trait's default of the same name. `Probe::<App, ..>::SOURCE` is therefore the row
//! when `App: Provides<..>` holds, and `Source::Missing` when not. This works in concrete code only: in generic
//! code the default is always taken, silently. Macros use it only where they write a container.

use std::any::Any;
use std::convert::Infallible;
use std::marker::PhantomData;

use crate::{
    Container, Scope,
    container::ProvidedIn,
    error::BoxError,
    error::IntoSource,
    graph::Source,
    key::{Extract, Extracted, Guard, Lazily, LazilyShared, Lent, Owned, Ref, Shared, Use},
    node::Node,
    raw::AsyncOp,
    scope::{LAZY, LENT},
};

/// Probes whether `C` provides a key that stands alone, as in `dyn Trait = Impl`.
pub struct Probe<C, D: ?Sized, F: ?Sized, Q>(PhantomData<(*const C, *const D, *const F, *const Q)>);

impl<C: Container, D: ?Sized + ProvidedIn<C, Q, Family = F>, F: ?Sized, Q> Probe<C, D, F, Q> {
    /// The row.
    pub const SOURCE: Source = Source::Row(D::INDEX);
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
        // SAFETY: `ProvidedIn` says so.
        unsafe impl<C: Container, D: ?Sized + ProvidedIn<C, Q, Family = F>, F: ?Sized, Q> Resolves<$mode, D, F, Q> for C {
            const SOURCE: Source = Source::Row(D::INDEX);
        }
    )*};
}
resolves!(Ref, Shared, Owned, Guard, Lent);

macro_rules! resolves_lazily {
    ($($mode:ident),*) => {$(
        // SAFETY: `ProvidedIn` says so.
        unsafe impl<C: Container, D: ?Sized + ProvidedIn<C, Q, Family = F>, F: ?Sized, Q, E> Resolves<$mode<E>, D, F, Q> for C {
            const SOURCE: Source = Source::Lazy(D::INDEX);
        }
    )*};
}
resolves_lazily!(Lazily, LazilyShared);

// SAFETY: the extractor yields the value that the dependency takes.
unsafe impl<C: Container, X: Extract<C>> Resolves<Extracted, X, X, ()> for C {
    const SOURCE: Source = Source::Extract(&const { AsyncOp::extractor::<X, C>() });
}

/// Asks the container `C` for every dependency of the list `L`. A container writes `|ask| ask.pick().settle()` for each
/// node, in a closure that is never called: what counts is its type, a [`Chosen`]. Methods, because a const item for each
/// dependency takes the compiler far longer.
///
/// `pick` is inherent when everything is provided. If not, the trait's takes its place, and `settle` finds out by
/// dereferencing step by step what is missing: a reference for each possibility, the most particular outside.
pub struct Ask<C, L>(PhantomData<(*const C, *const L)>);

impl<C, L: Edges<C, All>> Ask<C, L> {
    /// Everything is provided.
    pub const fn pick(self) -> Found<C, L, All> {
        Found(PhantomData)
    }
}

/// Something is missing.
pub trait PickSome: Sized {
    /// What finds out which.
    type Missing;
    /// For the type only.
    fn pick(self) -> Self::Missing;
}

/// The rows that the container `C` has for the list `L`, as far as `W` says.
pub struct Found<C, L, W>(PhantomData<(*const C, *const L, *const W)>);

impl<C, L> Found<C, L, All> {
    /// There is no more to find out.
    #[must_use]
    pub const fn settle(self) -> Self {
        self
    }
}

/// A list of which something is missing.
pub struct Part<C, L>(PhantomData<(*const C, *const L)>);

/// Finds out what is missing.
pub trait Settle {
    /// What is known of the list.
    type Found;
    /// For the type only.
    fn settle(self) -> Self::Found;
}

/// All are provided.
pub enum All {}
/// Not asked further.
pub enum Unknown {}
/// The first is provided, and `W` holds for the others.
pub struct Has<W>(PhantomData<W>);
/// The first is missing, and `W` holds for the others.
pub struct Lacks<W>(PhantomData<W>);

/// `W` holds for this list in the container `C`.
///
/// # Safety
/// `EDGES` are sources of the list's dependencies.
pub unsafe trait Edges<C, W> {
    /// The sources of its dependencies.
    const EDGES: Option<&'static Edge>;
}

/// The source of a dependency, and those of the dependencies after it.
pub struct Edge {
    pub(crate) source: Source,
    pub(crate) next: Option<&'static Edge>,
}

// SAFETY: there are none.
unsafe impl<C> Edges<C, All> for () {
    const EDGES: Option<&'static Edge> = None;
}
// SAFETY: as above.
unsafe impl<C> Edges<C, Unknown> for () {
    const EDGES: Option<&'static Edge> = None;
}

macro_rules! edges {
    ($($what:ty $([$w:ident])?: $then:ty, $source:expr, $head:ty $(, [$($bounds:tt)*])?;)*) => {$(
        // SAFETY: that of `Resolves`, or none.
        unsafe impl<C $(: $($bounds)*)?, M, D: ?Sized, F: ?Sized, Q, T: Edges<C, $then> $(, $w)?> Edges<C, $what> for ($head, T) {
            const EDGES: Option<&'static Edge> =
                Some(&Edge { source: $source, next: <T as Edges<C, $then>>::EDGES });
        }
    )*};
}
edges! {
    All: All, <C as Resolves<M, D, F, Q>>::SOURCE, Use<M, D, F, Q>, [Resolves<M, D, F, Q>];
    Unknown: Unknown, Source::Unknown, Use<M, D, F, Q>;
    Has<W> [W]: W, <C as Resolves<M, D, F, Q>>::SOURCE, Use<M, D, F, Q>, [Resolves<M, D, F, Q>];
    Lacks<W> [W]: W, Source::Missing, Use<M, D, F, Q>;
}

/// What `settle` yields, for the list `L` in the container `C` and no other.
///
/// # Safety
/// As for [`Edges`].
pub unsafe trait Chosen<C, L> {
    /// The sources of a node's dependencies.
    const EDGES: Option<&'static Edge>;
}
// SAFETY: that of `Edges`.
unsafe impl<C, L: Edges<C, W>, W> Chosen<C, L> for Found<C, L, W> {
    const EDGES: Option<&'static Edge> = <L as Edges<C, W>>::EDGES;
}

/// From the inside: any number is missing, the first of them after none, one .. 31; then the same for exactly one.
macro_rules! levels {
    ([$($level:tt)*]) => { levels!(@ [&'static Part<C, L>] [Lacks<Unknown>] [$($level)*] [Lacks<All>] [$($level)*]); };
    (@ [$at:ty] [$holds:ty] [$first:tt $($rest:tt)*] $($more:tt)*) => {
        levels!(@impl $at, $holds);
        levels!(@ [&'static $at] [Has<$holds>] [$($rest)*] $($more)*);
    };
    (@ [$at:ty] [$holds:ty] [] [$next:ty] [$($level:tt)*]) => { levels!(@ [$at] [$next] [$($level)*]); };
    (@ [$at:ty] [$holds:ty] []) => {
        impl<C: 'static, L: 'static> PickSome for Ask<C, L> {
            type Missing = $at;
            fn pick(self) -> Self::Missing {
                unreachable!("never called")
            }
        }
    };
    (@impl $at:ty, $holds:ty) => {
        impl<C, L: Edges<C, $holds>> Settle for $at {
            type Found = Found<C, L, $holds>;
            fn settle(self) -> Self::Found {
                Found(PhantomData)
            }
        }
    };
}
levels!([0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31]);

/// Probes whether a type is a node, in concrete code.
pub struct NodeProbe<T>(PhantomData<*const T>);

impl<T: Node> NodeProbe<T> {
    /// Its scope.
    pub const SCOPE: Option<Scope> = Some(T::META.scope);
    /// Its scope's number.
    pub const NUMBER: u8 = match (T::META.is_lent(), T::META.is_lazy) {
        (true, _) => LENT,
        (_, true) => LAZY,
        _ => T::META.scope as u8,
    };
}

/// It is not.
pub trait NotANode {
    /// Nothing.
    const SCOPE: Option<Scope> = None;
    /// That of a singleton.
    const NUMBER: u8 = Scope::Singleton as u8;
}
impl<T> NotANode for NodeProbe<T> {}

/// Probes whether two keys, a type and its qualifier each, are the same; in concrete code.
pub struct Same<A: ?Sized, P, B: ?Sized, Q>(PhantomData<(*const A, P, *const B, Q)>);

impl<A: ?Sized, P> Same<A, P, A, P> {
    /// They are.
    pub const IS: bool = true;
}

/// They are not.
pub trait NotSame {
    /// No.
    const IS: bool = false;
}
impl<A: ?Sized, P, B: ?Sized, Q> NotSame for Same<A, P, B, Q> {}

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
