//! error: E0521 at 17
//! says: `users` escapes the associated function body here
//! says: argument requires that `'request` must outlive `'static`
use async_stream::stream;
use axum::body::Body;
use di_axum::{BuildError, container, handler, injectable};

#[injectable(request)]
pub struct User { #[inject(default)] pub name: String }
#[injectable(request)]
pub struct Users<'r> { pub user: &'r User }
#[container(User, Users<'_>)]
pub struct App;

#[handler]
pub async fn show(users: &Users<'_>) -> Body {
    Body::from_stream(stream! {
        yield Ok::<_, BuildError>(users.user.name.clone());
    })
}

fn main() {}
