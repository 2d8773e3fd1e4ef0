//! error: plain at 10
//! says: `guard` is given twice: keep one of them
use di_axum::{handler, injectable};

#[injectable(request)]
pub struct RequireAdmin;

#[injectable(request)]
pub struct RequireLogin;
#[handler(guard(RequireLogin), guard(RequireAdmin))]
pub async fn show() {}

fn main() {}
