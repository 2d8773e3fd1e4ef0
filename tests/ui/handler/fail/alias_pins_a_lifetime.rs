//! error: DI001 at 20
//! says: [DI001] what borrows is asked for without its lifetime
//! says: write `&User<'_>` for `&User`; an alias of a type that borrows has a lifetime, too
use axum::{Router, routing::get};
use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct User<'r> { pub pool: &'r Pool }
pub type Visitor = User<'static>;

#[handler]
pub async fn show(_user: &Visitor) {}

#[container(Pool, User<'_>)]
pub struct App;

pub fn router() -> Router<App> {
    Router::new().route("/", get(show))
}

fn main() {}
