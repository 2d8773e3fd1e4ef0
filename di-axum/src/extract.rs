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

/// A by-value parameter of a handler that reads the head of the request.
#[diagnostic::on_unimplemented(
    message = "[DI013] `{Self}` is not an extractor that reads the head of a request",
    label = "taken by value, and not the last by-value parameter",
    note = "if it is a singleton or request-scoped, borrow it: `&{Self}`; if it is transient, mark it: `#[inject] name: {Self}`",
    note = "if it reads the body, as `Json<T>` does, make it the last by-value parameter"
)]
pub trait HeadExtractor<S>: Sized + Send {
    /// Takes the value.
    fn extract(head: &mut Parts, state: &S) -> impl Future<Output = Result<Self, Response>> + Send;
}

#[diagnostic::do_not_recommend]
impl<S: Send + Sync, X: FromRequestParts<S> + Send> HeadExtractor<S> for X {
    async fn extract(head: &mut Parts, state: &S) -> Result<Self, Response> {
        X::from_request_parts(head, state)
            .await
            .map_err(IntoResponse::into_response)
    }
}

/// The last by-value parameter of a handler, which may read the body. `M` is axum's marker.
#[diagnostic::on_unimplemented(
    message = "[DI013] `{Self}` is not an extractor",
    label = "taken by value, as an extractor",
    note = "if it is a singleton or request-scoped, borrow it: `&{Self}`; if it is transient, mark it: `#[inject] name: {Self}`"
)]
pub trait BodyExtractor<S, M>: Sized + Send {
    /// Takes the value.
    fn extract(request: Request, state: &S) -> impl Future<Output = Result<Self, Response>> + Send;
}

#[diagnostic::do_not_recommend]
impl<S: Send + Sync, M, X: AxumFromRequest<S, M> + Send> BodyExtractor<S, M> for X {
    async fn extract(request: Request, state: &S) -> Result<Self, Response> {
        X::from_request(request, state)
            .await
            .map_err(IntoResponse::into_response)
    }
}

/// Takes a value from the head of the request.
///
/// # Errors
/// The extractor's rejection, as a response.
pub async fn extract_part<X: HeadExtractor<S>, S: Sync>(
    head: &mut Parts,
    state: &S,
) -> Result<X, Response> {
    X::extract(head, state).await
}

/// Takes a value from the request.
///
/// # Errors
/// The extractor's rejection, as a response.
pub async fn extract_body<X: BodyExtractor<S, M>, S: Sync, M>(
    request: Request,
    state: &S,
) -> Result<X, Response> {
    X::extract(request, state).await
}
