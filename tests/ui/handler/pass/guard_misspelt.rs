use di_axum::{handler, injectable};

#[injectable(request)]
pub struct RequireAdmin;

#[handler(guard(RequireAdmin))]
pub async fn show() {}

fn main() {}
