//! error: plain at 5
use di_axum::handler;

#[handler]
#[handler]
pub async fn show() {}

fn main() {}
