//! The request's scope, opened before the handler: by a layer, for middleware and extractors.

use std::{
    convert::Infallible,
    marker::PhantomData,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    extract::{FromRequestParts, Request},
    http::{Extensions, request::Parts},
    response::Response,
};
use di_core::{
    __private::{Asked, HeldByRef, HeldByRequest, Of, OpenScope, Source},
    Container, Failure, HasContainer, Outcome, Panic, Provides,
};
use futures_util::FutureExt as _;
use tower_layer::Layer;
use tower_service::Service;

use crate::{OwnAnswer, answer::failed, construct_error::Asker, ended, seen::Seen};

/// The scope of a request, as middleware and extractors see it. It is opened by [`scoped`] or [`guard`], and the handler joins
/// it: what was built here is what it gets, and all of it is torn down once, after the response.
///
/// ```
/// use axum::{extract::Request, middleware::Next, response::Response};
/// use di_axum::RequestScope;
/// # use di_axum::{container, injectable};
/// # pub struct Caller(String);
/// # #[injectable(request)]
/// # impl Caller { fn new(#[extract] uri: axum::http::Uri) -> Self { Caller(uri.to_string()) } }
/// # #[container(Caller)]
/// # pub struct App;
///
/// async fn audit(scope: RequestScope<App>, request: Request, next: Next) -> Result<Response, Response> {
///     let (mut head, body) = request.into_parts();
///     let caller: &Caller = scope.get::<Caller>(&mut head).await?;
///     println!("{} {}", caller.0, head.uri);
///     Ok(next.run(Request::from_parts(head, body)).await)
/// }
/// # async fn build() -> Result<axum::Router, di_axum::BuildError> {
/// # let app = App::build().await?;
/// Ok(axum::Router::new()
///     // .route(..)
///     .layer(axum::middleware::from_fn_with_state(app.clone(), audit))
///     .layer(di_axum::scoped(app.clone()))
///     .with_state(app))
/// # }
/// ```
///
/// A handle that outlives its request keeps the scope open until it is dropped: it is then torn down by a task of the app, which
/// is logged.
pub struct RequestScope<C: Container>(Arc<OpenScope<C>>);

impl<C: Container> Clone for RequestScope<C> {
    fn clone(&self) -> Self {
        RequestScope(Arc::clone(&self.0))
    }
}

impl<C: Container<Request = Parts>> RequestScope<C> {
    /// The value `T` of this request: built now, with what it needs, unless it is there already. What is extracted is read from
    /// `head`.
    ///
    /// # Errors
    /// The answer of the first extractor or constructor that fails.
    pub fn get<'s, 'h, T: ?Sized>(
        &'s self,
        head: &'h mut Parts,
    ) -> Asked<'s, 'h, <C::Family as Of<'s>>::T, Response>
    where
        's: 'h,
        C: Provides<T, (), Scope: HeldByRef, Family: for<'q> Of<'q>>,
    {
        let row = <C as Provides<T>>::INDEX;
        let failed = move |failure| failed_for::<C>(failure, row);
        self.0.value::<T, (), _>(Some(head), failed)
    }
}

impl<C: Container> RequestScope<C> {
    pub(crate) fn open_scope(&self) -> &OpenScope<C> {
        &self.0
    }

    /// The open scope of this app that a request comes with.
    pub(crate) fn joined(extensions: &Extensions, app: &C) -> Option<Self> {
        let scope = extensions.get::<Self>()?;
        let is_same = scope.0.container().handle().is_same(app.handle());
        is_same.then(|| scope.clone())
    }
}

/// The scope that a request comes with.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn joined<C: Container<Request = Parts>>(
    extensions: &Extensions,
    container: &C,
) -> Option<RequestScope<C>> {
    if container.handle().is_scoped() {
        RequestScope::joined(extensions, container)
    } else {
        None
    }
}

impl<S: HasContainer> FromRequestParts<S> for RequestScope<S::Container> {
    type Rejection = Response;

    async fn from_request_parts(head: &mut Parts, state: &S) -> Result<Self, Response> {
        Self::joined(&head.extensions, state.container()).ok_or_else(|| {
            tracing::error!(
                "a `RequestScope` was asked for where none is open: add `.layer(di_axum::scoped(app))` to the router, outside \
                 of the middleware that asks"
            );
            OwnAnswer::Error.failed()
        })
    }
}

/// A layer that opens the scope of each request, for the middleware, extractors and handlers inside of it; see
/// [`RequestScope`]. A request that comes with an open scope of the same app joins that one.
pub fn scoped<C: Container<Request = Parts>>(app: C) -> ScopeLayer<C> {
    app.handle().set_scoped();
    ScopeLayer { app }
}

/// A layer that guards a whole router: `G`, a request-scoped type, is built for each request before anything else, and where
/// it fails its error is the answer. The handler joins the scope, so that what the guard needed is not built again.
///
/// ```
/// # use axum::{Router, http::StatusCode};
/// # use di_axum::{container, handler, injectable};
/// pub struct RequireAdmin;
///
/// #[injectable(request)]
/// impl RequireAdmin {
///     fn new(#[extract] headers: axum::http::HeaderMap) -> Result<Self, StatusCode> {
///         match headers.get("x-admin") {
///             Some(_) => Ok(RequireAdmin),
///             None => Err(StatusCode::FORBIDDEN),
///         }
///     }
/// }
/// # #[handler]
/// # async fn purge() {}
/// # #[container(RequireAdmin)]
/// # pub struct App;
/// # async fn build() -> Result<Router, di_axum::BuildError> {
/// # let app = App::build().await?;
/// Ok(Router::new()
///     .route("/purge", axum::routing::post(purge))
///     .layer(di_axum::guard::<RequireAdmin, _>(app.clone()))
///     .with_state(app))
/// # }
/// ```
pub fn guard<G: ?Sized, C>(app: C) -> GuardLayer<G, C>
where
    C: Container<Request = Parts> + Provides<G, (), Scope: HeldByRequest>,
{
    app.handle().set_scoped();
    GuardLayer {
        app,
        _guard: PhantomData,
    }
}

/// Made by [`scoped`].
#[derive(Clone, Debug)]
pub struct ScopeLayer<C> {
    app: C,
}

/// Made by [`guard`].
pub struct GuardLayer<G: ?Sized, C> {
    app: C,
    _guard: PhantomData<fn() -> Box<G>>,
}

impl<G: ?Sized, C: Clone> Clone for GuardLayer<G, C> {
    fn clone(&self) -> Self {
        GuardLayer {
            app: self.app.clone(),
            _guard: PhantomData,
        }
    }
}

impl<S, C: Container> Layer<S> for ScopeLayer<C> {
    type Service = Scoped<S, C, ()>;
    fn layer(&self, inner: S) -> Self::Service {
        Scoped {
            inner,
            app: self.app.clone(),
            _guard: PhantomData,
        }
    }
}

impl<S, C: Container, G: ?Sized> Layer<S> for GuardLayer<G, C> {
    type Service = Scoped<S, C, Guarded<G>>;
    fn layer(&self, inner: S) -> Self::Service {
        Scoped {
            inner,
            app: self.app.clone(),
            _guard: PhantomData,
        }
    }
}

/// The service of [`ScopeLayer`] and [`GuardLayer`].
pub struct Scoped<S, C, B> {
    inner: S,
    app: C,
    _guard: PhantomData<fn() -> B>,
}

impl<S: Clone, C: Clone, B> Clone for Scoped<S, C, B> {
    fn clone(&self) -> Self {
        Scoped {
            inner: self.inner.clone(),
            app: self.app.clone(),
            _guard: PhantomData,
        }
    }
}

/// What is built before the inner service is called.
pub trait Before<C: Container> {
    /// Builds it.
    fn build(
        scope: &OpenScope<C>,
        head: &mut Parts,
    ) -> impl Future<Output = Result<(), Response>> + Send;
}

impl<C: Container> Before<C> for () {
    async fn build(_: &OpenScope<C>, _: &mut Parts) -> Result<(), Response> {
        Ok(())
    }
}

/// The guard `G`.
pub struct Guarded<G: ?Sized>(PhantomData<fn() -> Box<G>>);

impl<G: ?Sized, C> Before<C> for Guarded<G>
where
    C: Container<Request = Parts>
        + Provides<G, (), Scope: HeldByRequest + HeldByRef, Family: for<'q> Of<'q>>,
{
    async fn build(scope: &OpenScope<C>, head: &mut Parts) -> Result<(), Response> {
        let row = <C as Provides<G>>::INDEX;
        let failed = move |failure| failed_for::<C>(failure, row);
        let built = scope.value::<G, (), _>(Some(head), failed);
        built.await.map(|_| ())
    }
}

/// The answer to a request for which middleware asked for this row.
fn failed_for<C: Container>(failure: Failure, row: u16) -> Response {
    let asker = Asker {
        handler: None,
        root: &[Source::Row(row)],
    };
    failed::<C>(failure, asker)
}

impl<S, C, B> Service<Request> for Scoped<S, C, B>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
    C: Container<Request = Parts>,
    B: Before<C> + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // The one that is ready.
        let clone = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, clone);
        let app = self.app.clone();
        Box::pin(async move { Ok(around::<S, C, B>(app, inner, request).await) })
    }
}

/// One request: opens its scope, unless it is open, and ends what it opened.
async fn around<S, C, B>(app: C, inner: S, request: Request) -> Response
where
    S: Service<Request, Response = Response, Error = Infallible>,
    C: Container<Request = Parts>,
    B: Before<C>,
{
    let (mut head, body) = request.into_parts();
    if let Some(scope) = RequestScope::joined(&head.extensions, &app) {
        return match B::build(&scope.0, &mut head).await {
            Ok(()) => called(inner, Request::from_parts(head, body)).await,
            Err(answer) => answer,
        };
    }
    let seen = Seen::request(&head, &app, None);
    seen.layered(&mut head, &app);
    opened(app, &seen, "a layer", |scope| async move {
        head.extensions.insert(scope.clone());
        match B::build(&scope.0, &mut head).await {
            Ok(()) => called(inner, Request::from_parts(head, body)).await,
            Err(answer) => answer,
        }
    })
    .await
}

/// Opens a scope, runs something in it, and ends it.
pub(crate) async fn opened<C, F>(
    app: C,
    seen: &Seen,
    name: &'static str,
    run: impl FnOnce(RequestScope<C>) -> F,
) -> Response
where
    C: Container,
    F: Future<Output = Response>,
{
    let scope = RequestScope(Arc::new(seen.scope(app)));
    let handled = AssertUnwindSafe(run(scope.clone())).catch_unwind();
    let (response, outcome) = match handled.await {
        Ok(response) => {
            let outcome = Outcome::of_status(response.status().as_u16());
            (response, outcome)
        }
        Err(payload) => {
            let panic = Panic::caught(payload);
            (ended::panicked(name, &panic), Outcome::Panicked)
        }
    };
    end(scope, response, outcome).await
}

async fn called<S>(mut inner: S, request: Request) -> Response
where
    S: Service<Request, Response = Response, Error = Infallible>,
{
    match inner.call(request).await {
        Ok(response) => response,
    }
}

async fn end<C: Container>(
    scope: RequestScope<C>,
    response: Response,
    outcome: Outcome,
) -> Response {
    scope.0.ends_with(outcome);
    let Some(scope) = Arc::into_inner(scope.0) else {
        tracing::warn!(
            "a `RequestScope` outlives its request: what is in it is torn down when the last handle is dropped, after the response"
        );
        return response;
    };
    ended::answer(response, scope.end(outcome).await)
}
