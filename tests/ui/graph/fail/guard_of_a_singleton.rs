//! error: DI019 at 10
//! says: `RequireAdmin` guards `show`, but is singleton
//! says: help: make `RequireAdmin` `request`
use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct RequireAdmin;
#[handler(guard(RequireAdmin))]
pub async fn show() {}
#[container(RequireAdmin, handlers(show))]
pub struct App;

fn main() {}
