use axum::{Router, routing::get};
use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct User<'r> { pub pool: &'r Pool }
pub type Visitor<'r> = User<'r>;

#[handler]
pub async fn show(_user: &Visitor<'_>) {}

#[container(Pool, User<'_>)]
pub struct App;

pub fn router() -> Router<App> {
    Router::new().route("/", get(show))
}

fn main() {}
