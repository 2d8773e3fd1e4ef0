//! The container behind [`di-axum`](https://docs.rs/di-axum): scopes, keys, the graph, plans and frames.
//!
//! Users of axum add `di-axum`, which re-exports what they need from here. This crate knows no axum and no tokio;
//! without the web it is a container of singletons and transients.
//!
//! What the macros write against is in a hidden module, and is no part of the public API.

#![deny(missing_docs)]

mod builder;
mod container;
mod error;
mod export;
mod fault;
mod graph;
mod judge;
mod kept;
mod key;
mod listed;
mod lists;
mod near;
mod node;
mod observe;
mod outcome;
mod plan;
mod probe;
mod raw;
mod runtime;
mod scope;
mod teardown;
mod text;

pub use self::{
    container::{Container, HasContainer, ProvidedIn, Provides},
    error::{
        BoxError, BuildError, Circle, Early, Failure, NoPlace, NoRequest, NotConstructed,
        NotHandedIn, NotRunning, Over,
    },
    export::{GraphEdge, GraphMissing, GraphNode, NodeKind},
    graph::Graph,
    key::Mode,
    node::{Meta, Param},
    outcome::Outcome,
    raw::{Asking, AskingArc, Lazy, LazyArc, Transient},
    scope::Scope,
    teardown::{Panic, TeardownError, TeardownFailure},
};
pub use di_macros::{Injectable, container, injectable, module};

/// What the macros write. Not covered by semantic versioning.
#[doc(hidden)]
pub mod __private {
    /// `LazyArc<T>` says with this that there is no value.
    pub type LazilyShared = LazilySharedWith<BuildError>;
    pub use crate::key::{Lazily as LazilyWith, LazilyShared as LazilySharedWith};
    #[cfg(feature = "observe")]
    pub use crate::observe::{Act, Clock, Doing, Log, Mark, Observer, Tick, Took};
    pub use crate::{
        builder::Builder,
        container::{
            Asks, Container, Everywhere, HasContainer, Hosts, Injects, Mounts, Provided,
            ProvidedAll, ProvidedIn, Provides, Root, share, sources,
        },
        error::{BoxError, BuildError, Failure, IntoSource, NotBuilt},
        export::quoted,
        fault::*,
        graph::{Graph, Table},
        judge::{any_used, check, check_by_value, refusals, refuse_unless, used},
        kept::{Keep, KeepChain, KeepName, KeepText, KeepValue},
        key::{
            Always, Dep, Deps, Extract, Extracted, Extractor, Guard, Lent, Mode, Of, Owned, Ref,
            Shared, Use,
        },
        listed::{
            Answer, Entry, Errors, Itself, Listed, MAX_DEPS, Name, NotListed, Source, count_edges,
            joined,
        },
        near::*,
        node::{
            Argument, At, Bind, ConstructAsync, ConstructSync, Fallible, Injectable, Meta, Moved,
            Own, Param, Provider, Recipe, Seen, Signature, listed_as,
        },
        outcome::Outcome,
        plan::{Layout, View},
        probe::*,
        raw::{
            AnyRoot, Asked, Asking, AskingArc, AsyncOp, BUILD, Drive, EXTRACT, Flow, Frame, GUARD,
            Given, Handed, Handle, InFrame, Joined, Kept, Last, Late, Lazy, LazyArc, Maker, Memory,
            OpenScope, OwnedView, Plain, Plan, Preparing, Ready, Replacements, RootFlow,
            RootMemory, RootOps, ScopeFuture, SeededScope, Transient, start,
        },
        runtime::{BlockingWork, BoxFuture, Runtime},
        scope::{
            Eager, HeldByArc, HeldByHandle, HeldByLazy, HeldByLazyArc, HeldByRef, HeldByRequest,
            HeldByValue, ReplacedByValue, ReplacedWith, Scope, ScopeIs, ScopeNumber,
        },
        teardown::{
            Close, CloseShared, Closed, Deferred, Ended, Panic, Teardown, TeardownError,
            TeardownFailure, TeardownShared, Torn,
        },
    };
    pub use core;
    pub use di_macros::__resume;
    pub use std;

    /// `Lazy<'_, T>` says with this that there is no value.
    pub type Lazily = LazilyWith<BuildError>;

    /// There are no requests without the web.
    pub type RequestHead = ();

    /// There is none.
    pub fn empty_request() -> RequestHead {}

    /// Ends the app.
    ///
    /// # Errors
    /// Those of teardowns.
    pub async fn shutdown<C: Container>(app: &Handle<C>) -> Result<(), TeardownError> {
        app.end().await
    }

    /// Without the web an error answers nothing, and anything will do.
    pub trait AskAnswer {
        /// For the type only.
        fn answer(self) -> Anything;
    }
    impl<E> AskAnswer for Fault<E> {
        fn answer(self) -> Anything {
            Anything
        }
    }
    /// Not asked.
    #[derive(Debug)]
    pub struct Anything;
    impl<E> AnswerOf<E> for Anything {
        const ANSWER: Option<Answer> = Some(&());
    }
}
