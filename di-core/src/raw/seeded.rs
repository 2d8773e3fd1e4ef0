//! Scopes that values are handed in to when they are opened.

use std::{fmt, marker::PhantomData, sync::Arc};

use super::{held::Kept, open::Asked, open::OpenScope};
use crate::{
    BuildError, Container, Outcome, TeardownError,
    container::Provides,
    graph::{HandedIn, Outside},
    key::Of,
    scope::{HandedInScope, HeldByRef},
};

/// An open scope with values that were handed in; see [`OpenScope::with`]. `S` says which, and has no name that one would write.
pub struct SeededScope<C: Container, S> {
    scope: OpenScope<C>,
    _seeds: PhantomData<fn() -> S>,
}

/// The value `T`, and those of `S`.
pub struct With<T, S>(PhantomData<fn() -> (T, S)>);

/// The rows of what is handed in.
pub trait Seeds<C> {
    /// These.
    const ROWS: HandedIn;
}

impl<C> Seeds<C> for () {
    const ROWS: HandedIn = HandedIn::NONE;
}

impl<C: Provides<T>, T, S: Seeds<C>> Seeds<C> for With<T, S> {
    const ROWS: HandedIn = HandedIn::and(<C as Provides<T>>::INDEX, &S::ROWS);
}

impl<C: Container> OpenScope<C> {
    /// Hands in the value of a request-scoped type, for this scope: its constructor is not run, and what only that needed is
    /// not built. A type that is listed as `#[seed] Tenant` has no constructor, so that each scope where it is needed has to be opened with one.
    /// What is handed in is dropped with the scope, and not torn down.
    ///
    /// ```
    /// # use di_core::{BoxError, Outcome, container, injectable};
    /// pub struct Tenant(&'static str);
    ///
    /// #[injectable(request)]
    /// pub struct Report<'r> { tenant: &'r Tenant }
    ///
    /// #[container(#[seed] Tenant, Report<'_>)]
    /// pub struct App;
    ///
    /// async fn report(app: App) -> Result<(), BoxError> {
    ///     let scope = app.scope().with(Tenant("north"));
    ///     let report: &Report<'_> = scope.get::<Report<'_>>().await?;
    ///     println!("{}", report.tenant.0);
    ///     scope.close(Outcome::Success).await?;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// That everything is handed in that a value needs, is found out where it is asked for, by `cargo build`.
    pub fn with<T>(mut self, value: T) -> SeededScope<C, With<T, ()>>
    where
        T: Send + Sync + 'static,
        C: Provides<T, (), Scope: HandedInScope, Family: Of<'static, T = T>>,
    {
        let row = <C as Provides<T>>::INDEX;
        self.hand_in(row, Kept::new(Arc::new(value)));
        SeededScope {
            scope: self,
            _seeds: PhantomData,
        }
    }
}

impl<C: Container, S: Seeds<C>> SeededScope<C, S> {
    /// Hands in another value; see [`OpenScope::with`].
    pub fn with<T>(self, value: T) -> SeededScope<C, With<T, S>>
    where
        T: Send + Sync + 'static,
        C: Provides<T, (), Scope: HandedInScope, Family: Of<'static, T = T>>,
    {
        SeededScope {
            scope: self.scope.with(value).scope,
            _seeds: PhantomData,
        }
    }

    /// The value `T` in this scope; see [`OpenScope::get`].
    ///
    /// # Errors
    /// As there.
    pub fn get<T: ?Sized>(&self) -> Asked<'_, '_, <C::Family as Of<'_>>::T, BuildError>
    where
        C: Provides<T, (), Scope: HeldByRef, Family: for<'q> Of<'q>>,
    {
        const {
            let row = <C as Provides<T, ()>>::INDEX;
            assert!(
                !C::GRAPH.reaches(row, Outside::Extractor, S::ROWS),
                "[DI007] what is asked for here, or something that it needs, is extracted from a request, and was not handed in"
            );
            assert!(
                !C::GRAPH.reaches(row, Outside::Seed, S::ROWS),
                "[DI025] what is asked for here, or something that it needs, is a `#[seed]`, and was not handed in: \
                 `app.scope().with(..)`"
            );
        }
        let row = <C as Provides<T, ()>>::INDEX;
        let convert = move |failure: crate::Failure| failure.into_build_error::<C>(row);
        self.scope.value::<T, (), _>(None, convert)
    }

    /// Ends the scope; see [`OpenScope::close`].
    ///
    /// # Errors
    /// As there.
    pub async fn close(self, outcome: Outcome) -> Result<(), TeardownError> {
        self.scope.close(outcome).await
    }

    /// The container.
    pub fn container(&self) -> &C {
        self.scope.container()
    }
}

impl<C: Container, S> fmt::Debug for SeededScope<C, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeededScope").finish_non_exhaustive()
    }
}
