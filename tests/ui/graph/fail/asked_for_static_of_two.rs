//! error: DI001 at 15
//! says: nothing provides `Two<'static>`
//! says: `Two` is provided, at
//! says: help: write `'_`, or a lifetime of your own, in place of `'static`
use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct Two<'a, 'b> { pub pool: &'a Pool, pub same: &'b Pool }

#[handler]
pub async fn show(_two: &Two<'_, 'static>) {}

#[container(Pool, Two<'_, 'static>, handlers(show))]
pub struct App;

fn main() {}
