use di_axum::{handler, injectable};

#[injectable(request)]
pub struct RequireAdmin;

#[injectable(request)]
pub struct RequireLogin;
#[handler(guard(RequireLogin, RequireAdmin))]
pub async fn show() {}

fn main() {}
