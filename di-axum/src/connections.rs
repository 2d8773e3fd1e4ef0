//! When the last connection of a server is gone, with what it had begun.
//!
//! axum's server is through when the task of each connection says so, which is before that drops its connection (`axum::serve`, 0.8.9). A request whose client
//! went away is dropped with it, so that its end could begin after the app's. Each connection therefore holds a token of its own.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{extract::Request, response::Response};
use futures_util::{
    FutureExt as _,
    future::{self, Join, Map, Ready},
};
use tokio_util::task::{TaskTracker, task_tracker::TaskTrackerToken};
use tower_service::Service;

/// Of one connection, and each request of it.
type Token = Arc<TaskTrackerToken>;

/// A future, and the token that is dropped after it.
type Held<F, T> = Map<Join<F, Ready<Token>>, fn((<F as Future>::Output, Token)) -> T>;

/// Makes services that are counted until they and their requests are gone.
pub(crate) struct Counted<M> {
    make: M,
    connections: TaskTracker,
}

impl<M> Counted<M> {
    pub(crate) fn new(make: M, connections: TaskTracker) -> Self {
        Counted { make, connections }
    }
}

impl<M, T, S> Service<T> for Counted<M>
where
    M: Service<T, Response = S, Error = Infallible>,
{
    type Response = Connection<S>;
    type Error = Infallible;
    type Future = Held<M::Future, Result<Connection<S>, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.make.poll_ready(cx)
    }

    fn call(&mut self, target: T) -> Self::Future {
        let token = Arc::new(self.connections.token());
        let made = future::join(self.make.call(target), future::ready(token));
        made.map(|(made, token)| made.map(|service| Connection { service, token }))
    }
}

/// What serves one connection.
#[derive(Clone)]
pub(crate) struct Connection<S> {
    service: S,
    token: Token,
}

impl<S> Service<Request> for Connection<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Held<S::Future, Result<Response, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let answer = self.service.call(request);
        future::join(answer, future::ready(self.token.clone())).map(|(answer, _token)| answer)
    }
}
