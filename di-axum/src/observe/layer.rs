//! The layer that sees each request.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::{
    extract::{MatchedPath, Request},
    http::{StatusCode, request::Parts},
    response::Response,
};
use di_core::{__private::Tick, Container, HasContainer};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::{
    live::Live, lives::Known, observation::Observed, polls::Polling, routes::NO_ROUTE, spans,
    what::What,
};

/// A layer that counts what each route does, for [`Observation`](super::Observation): how many requests, how they were answered and when, and which
/// of them keep their thread for too long. Add it outside of the routes that it is to see.
///
/// A poll that takes longer than [`slow_poll`](crate::Builder::slow_poll) is counted, and logged with the route and the handler: by a thread of the app's
/// while it is still stuck, and when it is over.
pub fn observe<S>(app: &S) -> ObserveLayer
where
    S: HasContainer<Container: Container<Request = Parts>>,
{
    ObserveLayer(Observed::of(app.container()).cloned())
}

/// The layer of [`observe`].
#[derive(Clone)]
pub struct ObserveLayer(Option<Arc<Observed>>);

impl std::fmt::Debug for ObserveLayer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ObserveLayer")
    }
}

impl<S> Layer<S> for ObserveLayer {
    type Service = ObserveService<S>;

    fn layer(&self, inner: S) -> ObserveService<S> {
        let observed = self.0.clone();
        ObserveService { inner, observed }
    }
}

/// A service that is observed.
#[derive(Clone)]
pub struct ObserveService<S> {
    inner: S,
    observed: Option<Arc<Observed>>,
}

impl<S: std::fmt::Debug> std::fmt::Debug for ObserveService<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ObserveService").field(&self.inner).finish()
    }
}

impl<S> Service<Request> for ObserveService<S>
where
    S: Service<Request, Response = Response>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Watched<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        // A layer around this one may have seen it already.
        let unseen =
            |observed: &&Arc<Observed>| Known::of(request.extensions(), observed).is_none();
        let begun = self.observed.as_ref().filter(unseen).cloned();
        let begun = begun.map(|observed| {
            let path = request.extensions().get::<MatchedPath>();
            let path = path.map_or(NO_ROUTE, MatchedPath::as_str);
            let route = observed.routes.of(request.method(), path);
            route.begin();
            let live = Live::begin(&observed, What::Routed(route));
            Known::add(request.extensions_mut(), &live);
            Begun { live, answer: None }
        });
        Watched {
            future: self.inner.call(request),
            begun,
        }
    }
}

/// A request that is being answered; dropped, it was, or never will be.
struct Begun {
    live: Arc<Live>,
    /// How it was answered, and when.
    answer: Option<(StatusCode, Tick)>,
}

impl Drop for Begun {
    fn drop(&mut self) {
        match self.answer {
            Some((status, _)) => spans::answered(&self.live.span, status.as_u16()),
            None => self.live.given_up(),
        }
        if let Some(route) = self.live.route() {
            let answer = self.answer;
            route.end(answer.map(|(status, at)| (status, at - self.live.began)));
        }
    }
}

pin_project! {
    /// The future of a request that is observed.
    #[derive(Debug)]
    pub struct Watched<F> {
        #[pin]
        future: F,
        begun: Option<Begun>,
    }
}

impl std::fmt::Debug for Begun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Begun")
    }
}

impl<F, E> Future for Watched<F>
where
    F: Future<Output = Result<Response, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let begun = this.begun.as_ref().map(|begun| {
            let entered = spans::enter(&begun.live.span);
            (Polling::begin(&begun.live), entered)
        });
        let answer = this.future.poll(cx);
        let polled = begun.map(|(polling, _entered)| polling.end());
        let answer = ready!(answer);
        if let Some(mut begun) = this.begun.take() {
            begun.answer = answer.as_ref().ok().map(Response::status).zip(polled);
        }
        Poll::Ready(answer)
    }
}
