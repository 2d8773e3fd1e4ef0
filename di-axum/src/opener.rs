//! Opening scopes from inside of an app.

use std::{fmt, sync::Arc};

use di_core::{
    __private::{Late, OpenScope},
    Container, NotRunning,
};

/// Opens scopes of the app `C`, from where there is no request: a singleton, a service, a task. Every container provides it, to
/// whoever asks for `&Opener<App>` or `Arc<Opener<App>>`.
///
/// A singleton may hold it, since it holds neither a scope nor the app. Scopes are flat: each is filled, and ends, on its own.
///
/// ```
/// use std::sync::Arc;
/// use di_axum::{BoxError, Opener, Outcome, container, injectable};
///
/// #[injectable(request)]
/// pub struct Session {
///     #[inject(default)]
///     user: u64,
/// }
///
/// #[injectable(singleton)]
/// pub struct Cleaner {
///     scopes: Arc<Opener<App>>,
/// }
///
/// impl Cleaner {
///     async fn clean(&self) -> Result<(), BoxError> {
///         let scope = self.scopes.open()?;
///         let session: &Session = scope.get::<Session>().await?;
///         println!("{}", session.user);
///         scope.close(Outcome::Success).await?;
///         Ok(())
///     }
/// }
///
/// #[container(Session, Cleaner)]
/// pub struct App;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// # let app = App::build().await?;
/// # app.get::<Cleaner>().clean().await
/// # }
/// ```
pub struct Opener<C> {
    late: Late<C>,
}

impl<C: Container> Opener<C> {
    /// Of an app that is being built.
    #[doc(hidden)]
    pub fn of(late: &Late<C>) -> Arc<Self> {
        Arc::new(Opener { late: late.clone() })
    }

    /// Opens a scope, as `app.scope()` does. What it holds is torn down by [`OpenScope::close`], and shutdown waits for that.
    ///
    /// # Errors
    /// The app is not built yet, or is shut down.
    #[track_caller]
    pub fn open(&self) -> Result<OpenScope<C>, NotRunning> {
        // Not `map`, whose closure would be what opens it.
        let app = self.app()?;
        Ok(OpenScope::new(app))
    }

    /// The app. A singleton that keeps it keeps itself.
    ///
    /// # Errors
    /// It is not built yet, or is shut down.
    pub fn app(&self) -> Result<C, NotRunning> {
        self.late.get()
    }
}

impl<C> fmt::Debug for Opener<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener").finish_non_exhaustive()
    }
}
