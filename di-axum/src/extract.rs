//! Extractors: those of handlers, and those of request-scoped constructors.

use std::marker::PhantomData;

use axum::{
    extract::{FromRequest as AxumFromRequest, FromRequestParts, Request},
    http::request::Parts,
    response::{IntoResponse, Response},
};
use di_core::{
    __private::{Extract, Extractor},
    Container,
};

/// `#[extract] x: X` in a request-scoped constructor.
pub struct FromRequest<X>(PhantomData<X>);

impl<X: Send + 'static> Extractor for FromRequest<X> {
    type Value = X;
}

impl<C: Container<Request = Parts>, X: FromRequestParts<C> + Send + 'static> Extract<C>
    for FromRequest<X>
{
    type Rejection = Response;

    async fn extract(request: &mut Parts, container: &C) -> Result<X, Response> {
        X::from_request_parts(request, container)
            .await
            .map_err(IntoResponse::into_response)
    }
}

/// A router state with which `X` can be taken from the head of a request; `X` is a by-value parameter of a handler.
/// As a bound on the state, it is looked at once the state is known, and its own text is then what the user reads.
#[diagnostic::on_unimplemented(
    message = "[DI013] `{X}` is not an extractor that reads the head of a request",
    label = "this handler takes it by value, and not as the last by-value parameter",
    note = "if it is a singleton or request-scoped, borrow it: `&{X}`; if it is transient, mark it: `#[inject] name: {X}`",
    note = "if it reads the body, as `Json<T>` does, make it the last by-value parameter"
)]
pub trait ExtractsHead<X: Sized + Send>: Sized {
    /// Takes the value.
    fn extract(head: &mut Parts, state: &Self) -> impl Future<Output = Result<X, Response>> + Send;
}

#[diagnostic::do_not_recommend]
impl<S: Send + Sync, X: FromRequestParts<S> + Send> ExtractsHead<X> for S {
    async fn extract(head: &mut Parts, state: &S) -> Result<X, Response> {
        X::from_request_parts(head, state)
            .await
            .map_err(IntoResponse::into_response)
    }
}

/// As [`ExtractsHead`], for the last by-value parameter, which may read the body. `M` is axum's marker.
#[diagnostic::on_unimplemented(
    message = "[DI013] `{X}` is not an extractor",
    label = "this handler takes it by value, as an extractor",
    note = "if it is a singleton or request-scoped, borrow it: `&{X}`; if it is transient, mark it: `#[inject] name: {X}`"
)]
pub trait ExtractsBody<X: Sized + Send, M>: Sized {
    /// Takes the value.
    fn extract(request: Request, state: &Self) -> impl Future<Output = Result<X, Response>> + Send;
}

#[diagnostic::do_not_recommend]
impl<S: Send + Sync, M, X: AxumFromRequest<S, M> + Send> ExtractsBody<X, M> for S {
    async fn extract(request: Request, state: &S) -> Result<X, Response> {
        X::from_request(request, state)
            .await
            .map_err(IntoResponse::into_response)
    }
}

/// Takes a value from the head of the request.
///
/// # Errors
/// The extractor's rejection, as a response.
pub async fn extract_part<X: Send, S: ExtractsHead<X> + Sync>(
    head: &mut Parts,
    state: &S,
) -> Result<X, Response> {
    S::extract(head, state).await
}

/// Takes a value from the request.
///
/// # Errors
/// The extractor's rejection, as a response.
pub async fn extract_body<X: Send, S: ExtractsBody<X, M> + Sync, M>(
    request: Request,
    state: &S,
) -> Result<X, Response> {
    S::extract(request, state).await
}
