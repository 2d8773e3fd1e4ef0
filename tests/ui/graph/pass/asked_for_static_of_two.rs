use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct Two<'a, 'b> { pub pool: &'a Pool, pub same: &'b Pool }

#[handler]
pub async fn show(_two: &Two<'_, '_>) {}

#[container(Pool, Two<'_, 'static>, handlers(show))]
pub struct App;

fn main() {}
