//! error: plain at 6
//! says: write a safe one
use di_axum::handler;

#[handler]
pub async unsafe fn show() {}

fn main() {}
