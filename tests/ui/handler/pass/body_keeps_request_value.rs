use async_stream::stream;
use axum::{body::Body, extract::State};
use di_axum::{BuildError, container, handler, injectable};

#[injectable(request)]
pub struct User { #[inject(default)] pub name: String }
#[injectable(request)]
pub struct Users<'r> { pub user: &'r User }
#[container(User, Users<'_>)]
pub struct App;

#[handler]
pub async fn show(State(app): State<App>) -> Body {
    Body::from_stream(stream! {
        let scope = app.scope();
        yield scope.get::<Users<'_>>().await.map(|users| users.user.name.clone());
    })
}

fn main() {}
