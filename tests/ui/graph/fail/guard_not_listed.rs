//! error: DI001 at 11
//! says: nothing provides `RequireAdmin`
//! says: add `RequireAdmin` to the list of `App`
use di_axum::{container, handler, injectable};

#[injectable(request)]
pub struct RequireAdmin;
#[handler(guard(RequireAdmin))]
pub async fn show() {}

#[container(handlers(show))]
pub struct App;

fn main() {}
