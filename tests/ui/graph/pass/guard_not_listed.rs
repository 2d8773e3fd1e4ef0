use di_axum::{container, handler, injectable};

#[injectable(request)]
pub struct RequireAdmin;
#[handler(guard(RequireAdmin))]
pub async fn show() {}

#[container(RequireAdmin, handlers(show))]
pub struct App;

fn main() {}
