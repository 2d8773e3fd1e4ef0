//! error: plain at 8
//! says: name a guard: `guard(RequireAdmin)`
use di_axum::{handler, injectable};

#[injectable(request)]
pub struct RequireAdmin;

#[handler(guard())]
pub async fn show() {}

fn main() {}
