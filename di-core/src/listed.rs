//! The entries of a container, as `#[container]` writes them.

use std::{any::Any, convert::Infallible, marker::PhantomData};

use crate::{
    Scope,
    container::{Asked, ProvidedIn},
    error::IntoSource,
    fault::Fault,
    key::Deps,
    near::Module,
    node::{Bind, Injectable, ListedAs, Meta, Param, Recipe},
    probe::{Answered, Ask, Chosen},
    raw::{AsyncOp, Maker},
    scope::ScopeNumber,
};

/// The most dependencies that one constructor or handler can have. Beyond it a macro asks to group them.
pub const MAX_DEPS: usize = 32;

/// What a parameter's key resolved to.
#[derive(Clone, Copy)]
pub enum Source {
    /// Beyond the last parameter.
    None,
    /// The row that provides it.
    Row(u16),
    /// The row that provides it when it is asked for.
    Lazy(u16),
    /// The extractor that takes it from the request.
    Extract(&'static AsyncOp),
    /// Nothing provides it.
    Missing,
    /// Not found out, since one before it is missing.
    Unknown,
}

impl Source {
    /// The row, whether it is needed at once or when it is asked for.
    pub(crate) const fn row(self) -> Option<u16> {
        match self {
            Source::Row(row) | Source::Lazy(row) => Some(row),
            _ => None,
        }
    }
}

/// How an error becomes an answer to the request: a fn of the web facade, by its type.
pub type Answer = &'static (dyn Any + Send + Sync);

/// What an entry is called.
#[derive(Clone, Copy)]
pub struct Name {
    /// As users read it: `Pool (Primary)`.
    pub name: &'static str,
    /// The type alone: `Pool`.
    pub key: &'static str,
    /// The qualifier alone: `Primary`.
    pub qualifier: Option<&'static str>,
}

/// An entry of a container.
#[derive(Clone, Copy)]
pub struct Listed {
    pub(crate) name: Name,
    pub(crate) kind: Kind,
    pub(crate) meta: Option<&'static Meta>,
    /// What a binding is bound to.
    pub(crate) to: Option<&'static Param>,
    pub(crate) scope: Scope,
    pub(crate) maker: Option<Maker>,
    pub(crate) sources: &'static [Source],
    /// The module that lists the first of what is missing, where that is known.
    pub(crate) module: Option<&'static Module>,
    pub(crate) errors: Errors,
    /// How many of the sources, the first ones, are guards of a handler.
    pub(crate) guards: usize,
    /// Whether it is shown only where something asks for it.
    pub(crate) is_hidden: bool,
}

/// What can be done with a constructor's error.
#[derive(Clone, Copy)]
pub struct Errors {
    /// Whether there can be one.
    pub fallible: bool,
    /// As an answer to the request.
    pub answer: Option<Answer>,
    /// As the source of a [`BuildError`](crate::BuildError).
    pub source: Option<IntoSource>,
}

impl Errors {
    /// Of a constructor that cannot fail.
    pub const NONE: Self = Errors {
        fallible: false,
        answer: None,
        source: None,
    };
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A constructor.
    Node,
    /// A field of the container.
    Given,
    /// `dyn Trait = Impl`.
    Binding,
    /// A request-scoped value that is handed in when a scope is opened.
    Seed,
    /// A handler in `handlers(..)`. As the two below it asks for others, and nobody asks for it.
    Handler,
    /// What a task runs.
    Task,
    /// One of `services(..)`.
    Service,
    /// A task or service in `handlers(..)`.
    Misplaced,
    /// An entry that is no node; the compiler says so elsewhere.
    Invalid,
}

impl Kind {
    /// Whether it is where the graph begins.
    pub(crate) const fn is_root(self) -> bool {
        matches!(
            self,
            Kind::Handler | Kind::Task | Kind::Service | Kind::Misplaced
        )
    }
}

/// An entry of the container `C` that constructs by `N`: `Entry::<App, Users<'static>>::HERE`, in concrete code (see `probe`).
pub struct Entry<C, N>(PhantomData<(*const C, *const N)>);

impl<C, N: Injectable> Entry<C, N> {
    /// It is a node.
    pub const HERE: OfNode<C, N> = OfNode(PhantomData);
}

/// The node `N`, which is listed as itself in the container `C`. Where two are written for one type, the compiler says so, and then cannot tell
/// the scope, nor which of both is asked for: this is then its "type error", so that the latter is not said as well.
pub type Itself<C, Q, N> = <<N as ProvidedIn<C, Q>>::Scope as ScopeNumber>::Of<N>;

/// It is none, which the compiler says where the family of its values is asked for.
pub trait NotListed<C> {
    /// The same for all.
    const HERE: OfNone<C> = OfNone(PhantomData);
}
impl<C, N> NotListed<C> for Entry<C, N> {}

/// Of the node `N`. A value with methods, since they need no parameters that have to be written `_`: those the compiler would check once
/// more.
pub struct OfNode<C, N>(PhantomData<(*const C, *const N)>);

/// Of what is no node. Other entries are judged as if this one took nothing.
pub struct OfNone<C>(PhantomData<*const C>);

impl<C> OfNone<C> {
    /// As [`OfNode::node`].
    pub const fn node<W>(
        self,
        name: Name,
        found: fn(Ask<C, ()>, Fault<Infallible>) -> W,
    ) -> Listed {
        self.provider(name, found)
    }

    /// As [`OfNode::provider`].
    pub const fn provider<W>(
        self,
        name: Name,
        _found: fn(Ask<C, ()>, Fault<Infallible>) -> W,
    ) -> Listed {
        Listed {
            kind: Kind::Invalid,
            ..Listed::given(name)
        }
    }
}

impl<C, N> OfNode<C, N> {
    /// A type that is a node, listed as itself. `name` is the entry as written.
    pub const fn node<D, B, W>(
        self,
        name: Name,
        found: fn(Ask<C, D>, Fault<N::Error>) -> W,
    ) -> Listed
    where
        D: Deps,
        N: Recipe<D, B, Output<'static>: ListedAs<N>>,
        W: Answered<C, D, N::Error>,
    {
        self.provider(name, found)
    }

    /// A provider. What it yields is compared with the key where this is called.
    pub const fn provider<D, B, W>(
        self,
        name: Name,
        _found: fn(Ask<C, D>, Fault<N::Error>) -> W,
    ) -> Listed
    where
        D: Deps,
        N: Recipe<D, B>,
        W: Answered<C, D, N::Error>,
    {
        Listed {
            name,
            kind: Kind::Node,
            meta: Some(N::META),
            to: None,
            scope: N::META.scope,
            maker: Some(N::MAKER),
            sources: W::ANSWERS.sources,
            module: W::ANSWERS.module,
            errors: W::ANSWERS.errors,
            guards: 0,
            is_hidden: false,
        }
    }
}

impl Listed {
    /// A value handed in from outside.
    pub const fn given(name: Name) -> Self {
        Listed {
            name,
            kind: Kind::Given,
            meta: None,
            to: None,
            scope: Scope::Singleton,
            maker: None,
            sources: &[],
            module: None,
            errors: Errors::NONE,
            guards: 0,
            is_hidden: false,
        }
    }

    /// What the facade hands in; it is shown where something asks for it.
    #[must_use]
    pub const fn built_in(mut self) -> Self {
        self.is_hidden = true;
        self
    }

    /// A request-scoped value that is handed in when a scope is opened.
    pub const fn seed(name: Name) -> Self {
        Listed {
            kind: Kind::Seed,
            scope: Scope::Request,
            ..Self::given(name)
        }
    }

    /// What a task runs. It is called as the fn is: its entry is called as what pushes to it.
    pub const fn task<C, L, R: Chosen<C, L>>(asked: Asked<L>, sources: fn(Ask<C, L>) -> R) -> Self {
        let name = Name {
            name: asked.meta.name,
            key: asked.meta.name,
            qualifier: None,
        };
        Listed {
            kind: Kind::Task,
            ..Self::root(name, asked, sources)
        }
    }

    /// One of `services(..)`.
    pub const fn service<C, L, R: Chosen<C, L>>(
        name: Name,
        asked: Asked<L>,
        sources: fn(Ask<C, L>) -> R,
    ) -> Self {
        Listed {
            kind: Kind::Service,
            ..Self::root(name, asked, sources)
        }
    }

    /// A handler in `handlers(..)`.
    pub const fn root<C, L, R: Chosen<C, L>>(
        name: Name,
        asked: Asked<L>,
        _sources: fn(Ask<C, L>) -> R,
    ) -> Self {
        Listed {
            name,
            kind: match asked.is_handler {
                true => Kind::Handler,
                false => Kind::Misplaced,
            },
            meta: Some(asked.meta),
            to: None,
            scope: Scope::Request,
            maker: None,
            sources: R::SOURCES,
            module: R::MODULE,
            errors: Errors::NONE,
            guards: asked.guards,
            is_hidden: false,
        }
    }

    /// A binding of a trait object to the row of its implementation.
    pub const fn binding<B: Bind, C, L, R: Chosen<C, L>>(
        name: Name,
        to: &'static Param,
        _sources: fn(Ask<C, L>) -> R,
    ) -> Self {
        Listed {
            name,
            kind: Kind::Binding,
            meta: None,
            to: Some(to),
            // Corrected to that of the implementation when the table is made.
            scope: Scope::Singleton,
            maker: Some(Maker::binding::<B>()),
            sources: R::SOURCES,
            module: R::MODULE,
            errors: Errors::NONE,
            guards: 0,
            is_hidden: false,
        }
    }
}

/// How many edges the entries have together.
pub const fn count_edges(listed: &[Listed]) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < listed.len() {
        n += listed[i].sources.len();
        i += 1;
    }
    n
}

/// All entries, in order.
///
/// # Panics
/// If there are not as many.
pub const fn joined<const N: usize>(parts: &[&[Listed]]) -> [Listed; N] {
    let none = Name {
        name: "",
        key: "",
        qualifier: None,
    };
    let mut all = [Listed::given(none); N];
    let (mut len, mut part) = (0, 0);
    while part < parts.len() {
        let entries = parts[part];
        let mut i = 0;
        while i < entries.len() {
            all[len] = entries[i];
            len += 1;
            i += 1;
        }
        part += 1;
    }
    assert!(len == N);
    all
}
