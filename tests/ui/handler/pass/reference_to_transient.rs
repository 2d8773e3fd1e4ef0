use axum::{Router, routing::get};
use di_axum::{container, handler, injectable};

#[injectable(transient)]
pub struct Code;

#[handler]
pub async fn show(#[inject] _code: Code) {}

#[container(Code)]
pub struct App;

fn main() {
    let _: Router<App> = Router::new().route("/", get(show));
}
