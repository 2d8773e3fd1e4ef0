//! Singletons in handlers without `#[handler]`, and in middleware.

use std::{convert::Infallible, ops::Deref, sync::Arc};

use axum::{extract::FromRequestParts, http::request::Parts};
use di_core::{
    __private::{Eager, HeldByArc, Of},
    HasContainer, Provides,
};

/// A singleton, as an extractor: for plain axum handlers and middleware. Marked handlers take `&T`.
///
/// ```
/// # use di_axum::{Inject, container, injectable};
/// # #[injectable(singleton)]
/// # pub struct Settings { #[inject(value = 20)] page_size: u32 }
/// # #[container(Settings)]
/// # pub struct App;
/// async fn page_size(settings: Inject<Settings>) -> String {
///     settings.page_size.to_string()
/// }
/// # fn router(app: App) -> axum::Router {
/// axum::Router::new().route("/", axum::routing::get(page_size)).with_state(app)
/// # }
/// ```
///
/// Extracting one increments an `Arc`'s count.
#[derive(Debug)]
pub struct Inject<T: ?Sized>(pub Arc<T>);

impl<T: ?Sized> Clone for Inject<T> {
    fn clone(&self) -> Self {
        Inject(Arc::clone(&self.0))
    }
}

impl<T: ?Sized> Deref for Inject<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<S, T> FromRequestParts<S> for Inject<T>
where
    T: ?Sized + Send + Sync + 'static,
    S: HasContainer,
    S::Container: Provides<T, Scope: HeldByArc + Eager, Family: Of<'static, T = T>>,
{
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Inject(di_core::__private::share::<S::Container, T>(
            state.container(),
        )))
    }
}
