//! Containers: what `#[container]` makes of a list of nodes.

use std::{marker::PhantomData, sync::Arc};

use crate::{
    graph::{Graph, MAX_DEPS, Source},
    key::{Deps, Guard, Lazily, LazilyShared, Lent, Of, Owned, Ref, Shared, Use},
    lists::lists,
    node::{At, Meta},
    raw::{Handed, Handle, OwnedView, Plan},
    scope::{
        Eager, HeldByArc, HeldByHandle, HeldByLazy, HeldByLazyArc, HeldByRef, HeldByRequest,
        HeldByValue,
    },
};

/// A container: `#[container(..)] pub struct App;`. Cloning one clones an `Arc`.
///
/// # Safety
/// Only `#[container]` implements this: `GRAPH` was made from the same entries as the `Provides` impls, and
/// `plan_of` makes plans of that graph.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a container",
    label = "expected a type with `#[container(..)]`"
)]
pub unsafe trait Container: HasContainer<Container = Self> + Sized {
    /// The name of the type.
    const NAME: &'static str;
    /// The graph.
    const GRAPH: Graph;
    /// The values handed in from outside, in order.
    type Given: Handed;
    /// What extractors read.
    type Request: Send;
    /// What extractors read where there is no request.
    fn empty_request() -> Self::Request;
    /// What the container holds.
    fn handle(&self) -> &Handle<Self>;
    /// A container of what start-up built.
    fn from_handle(handle: Handle<Self>) -> Self;
    /// What is wrong with the graph of a draft. Nothing is built then.
    fn refusals() -> Vec<String> {
        Vec::new()
    }
    /// The plan for the construction of one row.
    fn plan_of(row: u16) -> OwnedView;
}

/// The container provides `D` under the qualifier `Q`.
///
/// # Safety
/// Only `#[container]` implements this: the row `INDEX` of the container's graph yields the type that `Family`
/// names, at every lifetime, in the scope `Scope`.
#[diagnostic::on_unimplemented(
    message = "[DI001] `{Self}` does not provide `{D}`",
    label = "asks for `{D}`, which is not listed",
    note = "add `{D}` to the list of `#[container(..)]` on `{Self}`, or hand it in as a field of `{Self}`"
)]
pub unsafe trait Provides<D: ?Sized, Q = ()>: Container {
    /// The type at every lifetime: `dyn for<'q> Of<'q, T = ..>`.
    type Family: ?Sized;
    /// How long its values live: a [`ScopeIs`](crate::__private::ScopeIs).
    type Scope;
    /// Its row.
    const INDEX: u16;
}

/// [`Provides`], as containers write it: for the key, of the container.
///
/// The compiler looks up impls by the type that they are for. Were they all for the container, it would go through all of them
/// for each dependency, and an edit of one listed type would have it check every entry again.
///
/// # Safety
/// As for [`Provides`].
pub unsafe trait ProvidedIn<C, Q = ()> {
    /// [`Provides::Family`].
    type Family: ?Sized;
    /// [`Provides::Scope`].
    type Scope;
    /// [`Provides::INDEX`].
    const INDEX: u16;
}

// SAFETY: that of `ProvidedIn`.
#[diagnostic::do_not_recommend]
unsafe impl<C: Container, D: ?Sized + ProvidedIn<C, Q>, Q> Provides<D, Q> for C {
    type Family = D::Family;
    type Scope = D::Scope;
    const INDEX: u16 = D::INDEX;
}

/// A key at every lifetime. Implementing it proves the type well-formed there, which `dyn for<'q> Of<'q, T = ..>` does not: a
/// type that is so only at `'static` (`Key<'x: 'static>`) would else let its users assume that requests last forever.
pub trait Everywhere {
    /// The key's type.
    type T<'r>: ?Sized + 'r;
}

/// What a root (a handler) asks for, as types: the list `L`. As a parameter the impl is as visible as what it lists, where an associated type
/// of a `pub` root would leak its private dependencies (E0446).
///
/// # Safety
/// There is one impl for a type, and `Root::SOURCES` lists the same dependencies.
#[diagnostic::on_unimplemented(
    message = "[DI010] `{Self}` is no handler, task or service",
    label = "listed as one",
    note = "write `#[handler]`, `#[task]` or `#[service]` on the async fn"
)]
pub unsafe trait Asks<L>: 'static {
    /// What a container reads.
    const ASKED: Asked<L> = Asked {
        meta: Self::META,
        guards: Self::GUARDS,
        is_handler: Self::IS_HANDLER,
        deps: PhantomData,
    };
    /// Whether it is a handler; else a task or service.
    const IS_HANDLER: bool = true;
    /// How many of the dependencies, the first ones, are guards.
    const GUARDS: usize;
    /// Name, parameters, place.
    const META: &'static Meta;
}

/// A root that takes what it asks for and nothing else: a handler that takes nothing by value. Not generic, so that what the compiler
/// finds out about its future holds everywhere.
pub trait Injects<L: Deps, O>: Asks<L> {
    /// Runs it.
    fn run<'r>(at: At<'r>, injected: L::Args<'r>) -> impl Future<Output = O> + Send;
}

/// What a root asks for, as a value; `L` is the list of its dependencies.
pub struct Asked<L> {
    pub(crate) meta: &'static Meta,
    pub(crate) guards: usize,
    pub(crate) is_handler: bool,
    deps: PhantomData<fn() -> L>,
}

/// What a root asks for, as rows of the container `C`.
///
/// # Safety
/// Lists, in order, the rows that `C` provides for the dependencies in `Asks`.
pub unsafe trait Root<C>: 'static {
    /// The rows.
    const SOURCES: [Source; MAX_DEPS];
    /// How many of them, the first ones, are guards.
    const GUARDS: usize;
}

/// The container `C` provides this dependency, in a scope that may be held in this way.
///
/// # Safety
/// `SOURCE` is the row that provides it.
pub unsafe trait Provided<C> {
    /// The row.
    const SOURCE: Source;
}

/// The family that a container provides is the one that is asked for. It is another one where what borrows is asked for without a lifetime, or by
/// an alias that has none.
///
/// # Safety
/// They are the same.
#[diagnostic::on_unimplemented(
    message = "[DI001] what borrows is asked for without its lifetime",
    label = "asks for a type as if it did not borrow",
    note = "write `&User<'_>` for `&User`; an alias of a type that borrows has a lifetime, too"
)]
pub unsafe trait AskedAs<F: ?Sized> {}
// SAFETY: it is itself.
#[diagnostic::do_not_recommend]
unsafe impl<F: ?Sized> AskedAs<F> for F {}

macro_rules! provided {
    ($($mode:ty $([$e:ident])?: $($held:ident)*, $source:ident;)*) => {$(
        // SAFETY: `Provides` says so, and `AskedAs` that its family is this one.
        unsafe impl<C, D: ?Sized, F: ?Sized, Q $(, $e)?> Provided<C> for Use<$mode, D, F, Q>
        where
            C: Provides<D, Q, Family: AskedAs<F>, Scope: $($held +)*>,
        {
            const SOURCE: Source = Source::$source(<C as Provides<D, Q>>::INDEX);
        }
    )*};
}
provided! {
    Ref: HeldByRef Eager, Row;
    Shared: HeldByArc Eager, Row;
    Owned: HeldByValue, Row;
    Guard: HeldByRequest, Row;
    Lent: HeldByHandle, Row;
    Lazily<E> [E]: HeldByLazy, Lazy;
    LazilyShared<E> [E]: HeldByLazyArc, Lazy;
}

/// The container `C` provides every dependency of the list `L`: implemented for `fn(L)`. One bound for all of them: a root that asks for one
/// value twice would otherwise have the same bound twice, which the compiler calls ambiguous. And of a fn, since a lifetime that a user forgot,
/// `User` for `User<'_>`, is an error in the bound of an impl, and not in a parameter: there it would be a second one.
///
/// # Safety
/// `SOURCES` are the rows that provide them, in order.
pub unsafe trait ProvidedAll<C> {
    /// The rows, in order.
    const SOURCES: [Source; MAX_DEPS];
}

macro_rules! provided_all {
    ($($dep:ident $i:tt)*) => {
        // SAFETY: that of `Provided`.
        unsafe impl<C $(, $dep: Provided<C>)*> ProvidedAll<C> for fn(($($dep,)*)) {
            const SOURCES: [Source; MAX_DEPS] = {
                #[allow(unused_mut, reason = "of no dependencies")]
                let mut sources = [Source::None; MAX_DEPS];
                $(sources[$i] = $dep::SOURCE;)*
                sources
            };
        }
    };
}
lists!(provided_all);

/// What the root `H` asks for, as rows of the container `C`. That the list is that of its [`Asks`], the compiler proves here: where `C` is a
/// parameter of the user's impl, a type of that name would be hidden by it.
pub const fn sources<H: Asks<L>, L, C>() -> [Source; MAX_DEPS]
where
    fn(L): ProvidedAll<C>,
{
    <fn(L) as ProvidedAll<C>>::SOURCES
}

/// The container can run the root `H`. Implemented for every root, or, with `handlers(..)`, for those listed.
///
/// # Safety
/// Only `#[container]` implements this, with a plan made for `H`.
#[diagnostic::on_unimplemented(
    message = "[DI012] `{H}` is mounted, but it is not in `handlers(..)` of `{Self}`",
    label = "not listed in `handlers(..)`",
    note = "add `{H}` to `handlers(..)` of `{Self}`, so that its dependencies are checked with the others"
)]
pub unsafe trait Mounts<H>: Container {
    /// The plan for `H`.
    type Plan: Plan<Container = Self, Root = H>;
}

/// The container can run the task or service `H`.
///
/// # Safety
/// Only `#[container]` implements this, with a plan made for `H`.
pub unsafe trait Hosts<H>: Container {
    /// The plan for `H`.
    type Plan: Plan<Container = Self, Root = H>;
}

/// A router state that holds a container: the container itself, or a state of your own.
///
/// ```
/// # use di_core::{Container, HasContainer};
/// # fn demo<App: Container>() {
/// #[derive(Clone)]
/// struct AppState<App> {
///     app: App,
///     version: &'static str,
/// }
///
/// impl<App: Container> HasContainer for AppState<App> {
///     type Container = App;
///     fn container(&self) -> &App {
///         &self.app
///     }
/// }
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` holds no container",
    label = "a router state that is, or holds, a container is needed here",
    note = "call `.with_state(app)` with the container, or implement `HasContainer` for your own state"
)]
pub trait HasContainer: Clone + Send + Sync + 'static {
    /// The container.
    type Container: Container;
    /// Borrows it.
    fn container(&self) -> &Self::Container;
}

/// A new handle to the singleton `T` of a container.
pub fn share<C, T: ?Sized>(container: &C) -> Arc<T>
where
    C: Provides<T, Scope: HeldByArc + Eager, Family: Of<'static, T = T>>,
{
    container.handle().share::<T, (), _>()
}
