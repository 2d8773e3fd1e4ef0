//! error: DI004 at 16
//! says: [DI004]
use axum::{Router, routing::get};
use di_axum::{container, handler, injectable};

#[injectable(transient)]
pub struct Code;

#[handler]
pub async fn show(_code: &Code) {}

#[container(Code)]
pub struct App;

fn main() {
    let _: Router<App> = Router::new().route("/", get(show));
}
