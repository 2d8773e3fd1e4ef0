use di_axum::{container, handler};

#[handler]
async fn show() {}

#[container(handlers(show))]
pub struct App;

fn main() {}
