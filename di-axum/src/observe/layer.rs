//! The layer that sees each request.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
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
    live::{Live, What},
    observation::Observed,
    place::At,
    polls::Culprit,
    spans,
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
    let observed = Observed::of(app.container());
    if let Some(observed) = observed {
        observed.watched();
    }
    ObserveLayer(observed.cloned())
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
        let begun = self.observed.as_ref().map(|observed| {
            let path = request.extensions().get::<MatchedPath>();
            // What no route matched is one, whatever it was that was asked for.
            let path = path.map_or("(no route)", MatchedPath::as_str);
            let route = observed.routes.of(request.method(), path);
            route.begin();
            let live = Live::begin(observed, What::Routed(route));
            request.extensions_mut().insert(live.clone());
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

/// A poll of a scope is over.
pub(crate) fn polled(live: &Live, began: Tick) -> Tick {
    let now = Tick::now();
    if let Some((took, at)) = live.end_poll(began, now) {
        tell(live, took, at);
    }
    now
}

#[cold]
fn tell(live: &Live, took: Duration, at: At) {
    let culprit = Culprit::of(live, at);
    live.observed.polls.ended(live, culprit, took);
    tracing::warn!(
        route = live.what(),
        what = culprit.map_or("", |culprit| culprit.name),
        place = Culprit::at(culprit),
        "a thread was kept for {took:?}: what blocks belongs on a thread of its own"
    );
}

impl Drop for Begun {
    fn drop(&mut self) {
        if let Some((status, _)) = self.answer {
            spans::answered(&self.live.span, status.as_u16());
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
        let begun = this.begun.as_ref();
        let began = begun.map(|begun| (begun.live.begin_poll(), spans::enter(&begun.live.span)));
        let answer = this.future.poll(cx);
        let polled = match (&this.begun, began) {
            (Some(begun), Some((began, _entered))) => Some(polled(&begun.live, began)),
            _ => None,
        };
        let answer = ready!(answer);
        if let Some(mut begun) = this.begun.take() {
            begun.answer = answer.as_ref().ok().map(Response::status).zip(polled);
        }
        Poll::Ready(answer)
    }
}
