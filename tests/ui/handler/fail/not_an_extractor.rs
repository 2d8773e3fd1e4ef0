//! error: DI013 at 15
//! says: [DI013] `Page` is not an extractor
use axum::{Router, routing::get};
use di_axum::{container, handler};

pub struct Page;

#[handler]
pub async fn show(_page: Page) {}

#[container]
pub struct App;

fn main() {
    let _: Router<App> = Router::new().route("/", get(show));
}
