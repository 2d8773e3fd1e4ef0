//! error: plain at 8
//! says: expected `,` after `guard`
use di_axum::{handler, injectable};

#[injectable(request)]
pub struct RequireAdmin;

#[handler(guard(RequireAdmin) blocking)]
pub fn show() {}

fn main() {}
