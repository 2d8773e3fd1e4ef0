//! error: plain at 8
//! says: a guard is named by its type alone: write `guard(RequireAdmin)`
use di_axum::{handler, injectable};

#[injectable(request)]
pub struct RequireAdmin;

#[handler(guard(&RequireAdmin))]
pub async fn show() {}

fn main() {}
