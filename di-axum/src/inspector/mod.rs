//! The inspector: a page that shows the graph of an app and what runs in it, and the graph as files.
//!
//! The page is a few files that are compiled in ([`assets`]), and three answers: the graph, what start-up took, and a snapshot each second
//! ([`snapshot`]). What leaves is names, places in the source and numbers, and never a value.

mod answers;
mod assets;
mod export;
mod layout;
mod snapshot;
mod svg;

use std::{fmt, sync::Arc};

use axum::{
    Router,
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
    routing::get,
};
use di_core::Container;

use crate::Stopping;

pub use self::export::{Export, export};

/// The page that shows an app from inside, to be mounted in its router: the dependency graph, and what is built, runs and waits.
///
/// ```no_run
/// # use axum::{Router, routing::get};
/// # use di_axum::{container, handler};
/// # #[handler]
/// # async fn hello() {}
/// # #[container(handlers(hello))]
/// # pub struct App;
/// # async fn router() -> Result<Router, di_axum::BuildError> {
/// let app = App::build().await?;
/// let router = Router::new()
///     .route("/", get(hello))
///     .nest("/_di", di_axum::inspector(&app))
///     .with_state(app);
/// # Ok(router)
/// # }
/// ```
///
/// The page is then at `/_di`. In a build without debug assertions every path of it answers 404, because the names of types and source files are
/// nobody else's business; [`Inspector::guarded`] opens it there on purpose.
///
/// It asks no other host for anything, and its content security policy has the browser refuse if it did. It sends nothing of any value: names, places in the
/// source, and numbers. The stream of snapshots ends when the app is [`stopping`](crate::stopping()).
pub fn inspector<C, S>(app: &C) -> Router<S>
where
    C: Container<Request = Parts>,
    S: Clone + Send + Sync + 'static,
{
    Inspector::new(app).into_router()
}

/// The same as [`inspector()`], with a say in who sees it.
///
/// ```no_run
/// # use axum::Router;
/// # use di_axum::{Inspector, container};
/// # #[container()]
/// # pub struct App;
/// # async fn router(app: App) -> Router {
/// let inspector = Inspector::new(&app).guarded(|head| {
///     head.headers.get("x-operator").is_some_and(|key| key == "from the settings")
/// });
/// Router::new().nest("/_di", inspector.into_router()).with_state(app)
/// # }
/// ```
///
/// What needs more than the head of a request, such as a session, is a layer of tower: open it to all that the layer lets through,
///
/// ```no_run
/// # use axum::Router;
/// # use di_axum::{Inspector, container, handler, injectable};
/// # pub struct RequireAdmin;
/// # #[injectable(request)]
/// # impl RequireAdmin { fn new() -> Result<Self, axum::http::StatusCode> { Ok(RequireAdmin) } }
/// # #[container(#[allow(unused)] RequireAdmin)]
/// # pub struct App;
/// # async fn router(app: App) -> Router {
/// let inspector = Inspector::new(&app).guarded(|_| true).into_router();
/// let inspector = inspector.layer(di_axum::guard::<RequireAdmin, _>(app.clone()));
/// Router::new().nest("/_di", inspector).with_state(app)
/// # }
/// ```
#[must_use = "it shows nothing until it is mounted"]
pub struct Inspector {
    source: Source,
    guard: Guard,
}

/// Whether the head of a request is that of somebody who may see the page.
type Guard = Arc<dyn Fn(&Parts) -> bool + Send + Sync>;

/// What the page shows. It does not know the type of the app.
#[derive(Clone)]
struct Source {
    graph: Arc<str>,
    startup: Arc<dyn Fn() -> String + Send + Sync>,
    snapshot: Arc<dyn Fn() -> String + Send + Sync>,
    stopping: Arc<dyn Fn() -> Stopping + Send + Sync>,
}

impl Inspector {
    /// Of an app: open in builds with debug assertions (of this crate, which is a matter of the profile), else closed.
    pub fn new<C: Container<Request = Parts>>(app: &C) -> Self {
        let [of_startup, of_snapshot, of_stopping] = [(); 3].map(|()| app.clone());
        Inspector {
            source: Source {
                graph: C::GRAPH.to_json().into(),
                startup: Arc::new(move || snapshot::startup(&of_startup)),
                snapshot: Arc::new(move || snapshot::snapshot(&of_snapshot)),
                stopping: Arc::new(move || crate::stopping(&of_stopping)),
            },
            guard: Arc::new(|_| cfg!(debug_assertions)),
        }
    }

    /// Shows it to requests whose head the predicate accepts, in any build; to others it is not there (404). The predicate runs for each file of the
    /// page, so it is quick. Browsers send cookies and basic authentication by themselves, but no other headers.
    pub fn guarded(mut self, accepts: impl Fn(&Parts) -> bool + Send + Sync + 'static) -> Self {
        self.guard = Arc::new(accepts);
        self
    }

    /// Shows this instead: for tests of the page, which want a graph of 500 nodes without compiling one, and counters that they know.
    #[doc(hidden)]
    pub fn showing(
        mut self,
        graph: String,
        startup: impl Fn() -> String + Send + Sync + 'static,
        snapshot: impl Fn() -> String + Send + Sync + 'static,
    ) -> Self {
        self.source.graph = graph.into();
        self.source.startup = Arc::new(startup);
        self.source.snapshot = Arc::new(snapshot);
        self
    }

    /// The router, to be nested under any path. It needs no state, so that it fits in before and after `with_state`.
    pub fn into_router<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        let guard = axum::middleware::from_fn_with_state(self.guard, answers::admit);
        Router::new()
            .route("/", get(answers::index))
            .route("/graph.json", get(answers::graph))
            .route("/startup.json", get(answers::startup))
            .route("/events", get(answers::events))
            .route("/{*file}", get(answers::asset))
            .layer(guard)
            .with_state(self.source)
    }
}

impl fmt::Debug for Inspector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inspector").finish_non_exhaustive()
    }
}

/// What somebody sees who may not see the page, and whoever asks for a file that it does not have.
fn not_there() -> Response {
    StatusCode::NOT_FOUND.into_response()
}
