//! The layer that sees each request.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::{
    extract::Request,
    http::{StatusCode, request::Parts},
    response::Response,
};
use di_core::{__private::Tick, Container, HasContainer};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::{
    answering::{Answering, answering},
    desk::Desk,
    live::Live,
    observation::Observed,
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
        let by = self.0.clone().map_or(By::Nobody, By::App);
        ObserveService { inner, by }
    }
}

/// A service that is observed.
#[derive(Clone)]
pub struct ObserveService<S> {
    inner: S,
    by: By,
}

/// Who observes. A service is cloned for each request, mostly by another thread than the one that made it: what both would count the handles of is not cloned.
enum By {
    Nobody,
    App(Arc<Observed>),
    Thread(Arc<Desk>),
}

impl Clone for By {
    fn clone(&self) -> Self {
        match self {
            By::Nobody => By::Nobody,
            By::App(observed) => By::Thread(observed.desk().clone()),
            By::Thread(desk) => By::Thread(desk.clone()),
        }
    }
}

impl By {
    fn desk(&self) -> Option<&Arc<Desk>> {
        match self {
            By::Nobody => None,
            By::App(observed) => Some(observed.desk()),
            By::Thread(desk) => Some(desk),
        }
    }
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

    fn call(&mut self, request: Request) -> Self::Future {
        // A layer around this one may have seen it already.
        let unseen = |desk: &&Arc<Desk>| answering(&desk.common).is_none();
        let begun = self.by.desk().filter(unseen).map(|desk| Begun {
            live: Some(desk.request(request.method(), request.extensions())),
            answer: None,
        });
        Watched {
            future: self.inner.call(request),
            begun,
        }
    }
}

/// A request that is being answered; dropped, it was, or never will be.
struct Begun {
    /// Taken while it is polled.
    live: Option<Arc<Live>>,
    /// How it was answered, and when.
    answer: Option<(StatusCode, Tick)>,
}

impl Drop for Begun {
    fn drop(&mut self) {
        if let Some(live) = &self.live {
            live.answered(self.answer);
        }
    }
}

impl std::fmt::Debug for Begun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Begun")
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

impl<F, E> Future for Watched<F>
where
    F: Future<Output = Result<Response, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let answering = this.begun.as_mut();
        let answering = answering.and_then(|begun| Answering::begin(&mut begun.live));
        let answer = this.future.poll(cx);
        let polled = answering.and_then(Answering::end);
        let answer = ready!(answer);
        if let Some(mut begun) = this.begun.take() {
            begun.answer = answer.as_ref().ok().map(Response::status).zip(polled);
        }
        Poll::Ready(answer)
    }
}
