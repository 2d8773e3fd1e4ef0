//! Probes: which row provides a dependency, in const evaluation, without an error when none does.
//!
//! An inherent const or method shadows a trait's default of the same name. `Probe::<App, ..>::SCOPE` is therefore the scope
//! in which it provides something, and that of a singleton if it does not. This works in concrete code only: in generic
//! code the default is always taken, silently. Macros use it only where they write a container.

use std::marker::PhantomData;

use crate::{
    Container, Scope,
    container::ProvidedIn,
    fault::{AnswerOf, SourceOf},
    graph::{MAX_DEPS, Source},
    key::{Extract, Extracted, Guard, Lazily, LazilyShared, Lent, Owned, Ref, Shared, Use},
    listed::Errors,
    lists::{Nest, lists},
    near::Module,
    node::Injectable,
    raw::AsyncOp,
    scope::{LAZY, LENT, ScopeNumber},
};

/// Probes in which scope `C` provides a key, for a binding of another to it, `dyn Trait = Impl`.
pub struct Probe<C, D: ?Sized, Q>(PhantomData<(*const C, *const D, *const Q)>);

impl<C, D: ?Sized + ProvidedIn<C, Q, Scope: ScopeNumber>, Q> Probe<C, D, Q> {
    /// The number of its scope.
    pub const SCOPE: u8 = <D::Scope as ScopeNumber>::SCOPE;
}

/// What a probe says when nothing is provided.
pub trait Unprovided {
    /// That of a singleton.
    const SCOPE: u8 = Scope::Singleton as u8;
}
impl<C, D: ?Sized, Q> Unprovided for Probe<C, D, Q> {}

/// The container `C` has a source for this dependency. One trait for all ways of holding: with an impl of each probe for each
/// way, the compiler would report every probe of a type that is no node as ambiguous.
///
/// # Safety
/// `SOURCE` is a source of that dependency.
pub unsafe trait ResolvedIn<C> {
    /// The source.
    const SOURCE: Source;
}

macro_rules! resolved {
    ($($mode:ty $([$e:ident])?: $source:ident;)*) => {$(
        // SAFETY: `ProvidedIn` says so.
        unsafe impl<C: Container, D: ?Sized + ProvidedIn<C, Q, Family = F>, F: ?Sized, Q $(, $e)?> ResolvedIn<C> for Use<$mode, D, F, Q> {
            const SOURCE: Source = Source::$source(D::INDEX);
        }
    )*};
}
resolved! {
    Ref: Row;
    Shared: Row;
    Owned: Row;
    Guard: Row;
    Lent: Row;
    Lazily<E> [E]: Lazy;
    LazilyShared<E> [E]: Lazy;
}

// SAFETY: the extractor yields the value that the dependency takes.
unsafe impl<C: Container, X: Extract<C>> ResolvedIn<C> for Use<Extracted, X, X> {
    const SOURCE: Source = Source::Extract(&const { AsyncOp::extractor::<X, C>() });
}

/// The container `C` has a source for every dependency of the list.
///
/// # Safety
/// `SOURCES` are sources of the dependencies, in order.
pub unsafe trait SourcesIn<C> {
    /// The sources.
    const SOURCES: &'static [Source];
}

macro_rules! sources_in {
    ($($dep:ident $i:tt)*) => {
        // SAFETY: that of `ResolvedIn`.
        unsafe impl<C $(, $dep: ResolvedIn<C>)*> SourcesIn<C> for ($($dep,)*) {
            const SOURCES: &'static [Source] = &[$($dep::SOURCE),*];
        }
    };
}
lists!(sources_in);

/// Asks the container `C` for every dependency of the list `L`. A container writes `|ask| ask.pick().settle().module(never())` for each
/// node, in a closure that is never called: what counts is its type, a [`Chosen`]. Methods, because a const item for each
/// dependency takes the compiler far longer.
///
/// `pick` is inherent when everything is provided. If not, the trait's takes its place, and `settle` finds out by
/// dereferencing step by step what is missing: a reference for each possibility, the most particular outside.
pub struct Ask<C, L>(PhantomData<(*const C, *const L)>);

impl<C, L: SourcesIn<C>> Ask<C, L> {
    /// Everything is provided.
    pub const fn pick(self) -> Known {
        Known
    }
}

/// Something is missing.
pub trait PickSome: Sized {
    /// What finds out which.
    type Missing;
    /// For the type only.
    fn pick(self) -> Self::Missing;
}

/// Everything of a list is provided. Which list `Chosen` says: a type that says it, too, would only be large.
#[derive(Debug)]
pub struct Known;

impl Known {
    /// There is no more to find out.
    #[must_use]
    pub const fn settle(self) -> Self {
        self
    }

    /// Nor anything to find in a module.
    #[must_use]
    pub fn module<M>(self, _by: M) -> Self {
        self
    }
}

/// What the container `C` has of the nested list `L`, as far as `W` says.
pub struct Found<C, L, W>(pub(crate) PhantomData<(*const C, *const L, *const W)>);

/// A nested list of which something is missing.
pub struct Part<C, L>(PhantomData<(*const C, *const L)>);

/// Finds out what is missing.
pub trait Settle {
    /// What is known of the list.
    type Found;
    /// For the type only.
    fn settle(self) -> Self::Found;
}

/// All the others are provided.
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
    ($($what:ty $([$w:ident])?: $then:ty, $source:expr $(, [$bound:path])?;)*) => {$(
        // SAFETY: that of `ResolvedIn`, or none.
        unsafe impl<C, H $(: $bound)?, T: Edges<C, $then> $(, $w)?> Edges<C, $what> for (H, T) {
            const EDGES: Option<&'static Edge> =
                Some(&Edge { source: $source, next: <T as Edges<C, $then>>::EDGES });
        }
    )*};
}
edges! {
    All: All, H::SOURCE, [ResolvedIn<C>];
    Unknown: Unknown, Source::Unknown;
    Has<W> [W]: W, H::SOURCE, [ResolvedIn<C>];
    Lacks<W> [W]: W, Source::Missing;
}

/// What `settle` yields, for the list `L` in the container `C` and no other.
///
/// # Safety
/// As for [`SourcesIn`], apart from those that are missing.
pub unsafe trait Chosen<C, L> {
    /// The sources of a node's dependencies.
    const SOURCES: &'static [Source];
    /// The module that lists the first of what is missing, where that is known.
    const MODULE: Option<&'static Module> = None;
}
// SAFETY: that of `SourcesIn`.
unsafe impl<C, L: SourcesIn<C>> Chosen<C, L> for Known {
    const SOURCES: &'static [Source] = L::SOURCES;
}
// SAFETY: that of `Edges`.
unsafe impl<C, Flat: Nest<Nested = L>, L: Edges<C, W>, W> Chosen<C, Flat> for Found<C, L, W> {
    const SOURCES: &'static [Source] = (const { &listed(<L as Edges<C, W>>::EDGES) }).slice();
}

/// The answers that a container's entry gets: sources for its dependencies, and what its error can become. One bound, which the compiler proves
/// at once, where three take it as long each.
///
/// # Safety
/// As for [`Chosen`].
pub unsafe trait Answered<C, L, E> {
    /// The answers.
    const ANSWERS: Answers;
}
// SAFETY: that of `Chosen`.
unsafe impl<C, L, E, R: Chosen<C, L>, A: AnswerOf<E>, S: SourceOf<E>> Answered<C, L, E>
    for (A, S, R)
{
    const ANSWERS: Answers = Answers {
        sources: R::SOURCES,
        module: R::MODULE,
        errors: Errors {
            fallible: S::FALLIBLE,
            answer: A::ANSWER,
            source: S::SOURCE,
        },
    };
}

/// As values.
pub struct Answers {
    pub(crate) sources: &'static [Source],
    pub(crate) module: Option<&'static Module>,
    pub(crate) errors: Errors,
}

/// A list of sources, as one that has a length.
struct Sources([Source; MAX_DEPS], usize);

impl Sources {
    const fn slice(&self) -> &[Source] {
        self.0.split_at(self.1).0
    }
}

const fn listed(mut edge: Option<&'static Edge>) -> Sources {
    let mut sources = Sources([Source::Unknown; MAX_DEPS], 0);
    while let Some(Edge { source, next }) = edge {
        sources.0[sources.1] = *source;
        sources.1 += 1;
        edge = *next;
    }
    sources
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
        impl<C: 'static, Flat: Nest<Nested = L>, L: 'static> PickSome for Ask<C, Flat> {
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

impl<T: Injectable> NodeProbe<T> {
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
