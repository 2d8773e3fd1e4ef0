//! In which module a type is listed that nothing provides: asked where a container is written, like the rows (`probe`), for the first
//! dependency of a node that is missing.
//!
//! A module says of each key that it lists it, by an impl with a type of the module's own as parameter, `impl ListedIn<Billing, ()> for Ledger`. Which
//! module that is the compiler finds out where there is one alone. Where there are several it would say that it needs annotations. That parameter
//! is therefore the type of an expression that never ends, `never()`: it then becomes `!`, or `()` before the edition 2024, and
//! what is missing is an impl for that, which has a text of ours.

use std::marker::PhantomData;

use crate::{
    graph::Source,
    key::Use,
    lists::Nest,
    probe::{Chosen, Edges, Found, Has, Lacks},
};

/// A module that lists something.
#[derive(Debug)]
pub struct Module {
    /// As it is called.
    pub name: &'static str,
    /// The file of its definition.
    pub file: &'static str,
    /// The line of its definition, from 1.
    pub line: u32,
}

/// The module `M` lists this type, under the qualifier `Q`.
#[diagnostic::on_unimplemented(
    message = "[DI001] nothing provides `{Self}`, which is listed by several modules that are not included",
    label = "something here asks for it",
    note = "include one of them: `..` and its name"
)]
pub trait ListedIn<M, Q> {
    /// That module.
    const MODULE: &'static Module;
}

/// The first dependency of a list that is missing, where `W` holds.
pub trait FirstMissing<W> {
    /// Its discriminator.
    type Key: ?Sized;
    /// Its qualifier.
    type Qualifier;
}

impl<Held, D: ?Sized, F: ?Sized, Q, T, W> FirstMissing<Lacks<W>> for (Use<Held, D, F, Q>, T) {
    type Key = D;
    type Qualifier = Q;
}
impl<H, T: FirstMissing<W>, W> FirstMissing<Has<W>> for (H, T) {
    type Key = T::Key;
    type Qualifier = T::Qualifier;
}

/// What is [`Found`], and that the module `M` lists the first of what is missing.
pub struct Near<C, L, W, M>(PhantomData<(*const C, *const L, *const W, *const M)>);

// SAFETY: that of `Edges`.
unsafe impl<C, Flat, L, W, M> Chosen<C, Flat> for Near<C, L, W, M>
where
    Flat: Nest<Nested = L>,
    L: Edges<C, W> + FirstMissing<W, Key: ListedIn<M, <L as FirstMissing<W>>::Qualifier>>,
{
    const SOURCES: &'static [Source] = <Found<C, L, W> as Chosen<C, Flat>>::SOURCES;
    const MODULE: Option<&'static Module> = Some(<L::Key as ListedIn<M, L::Qualifier>>::MODULE);
}

/// Finds the module.
pub trait InModule<M> {
    /// What is known of the list.
    type Found;
    /// For the type only.
    fn module(self, by: M) -> Self::Found;
}
impl<C, L, W, M> InModule<M> for Found<C, L, W>
where
    L: FirstMissing<W, Key: ListedIn<M, <L as FirstMissing<W>>::Qualifier>>,
{
    type Found = Near<C, L, W, M>;
    fn module(self, _: M) -> Self::Found {
        Near(PhantomData)
    }
}

/// There is none.
pub trait InNoModule {
    /// What is known of the list.
    type Found;
    /// For the type only.
    fn module<M>(self, by: M) -> Self::Found;
}
impl<C, L, W> InNoModule for &Found<C, L, W> {
    type Found = Found<C, L, W>;
    fn module<M>(self, _: M) -> Self::Found {
        Found(PhantomData)
    }
}

/// Stands for a type that the compiler finds.
///
/// # Panics
/// Always: what calls it is never called.
pub fn never() -> ! {
    unreachable!("for its type only")
}
