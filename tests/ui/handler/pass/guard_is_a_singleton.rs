use di_axum::{container, handler, injectable};

#[injectable(request)]
pub struct Settings;
#[handler(guard(Settings))]
pub async fn show() {}
#[container(Settings, handlers(show))]
pub struct App;

fn main() {}
