//! error: plain at 5
use di_axum::handler;

#[handler]
pub async unsafe fn show() {}

fn main() {}
