use axum::{Router, routing::get};
use di_axum::{container, handler, injectable};

use std::sync::Arc;

#[injectable(singleton)]
pub struct User;

#[handler]
pub async fn show(_user: Arc<User>) {}

#[container(User)]
pub struct App;

fn main() {
    let _: Router<App> = Router::new().route("/", get(show));
}
