//! error: plain at 6
//! says: `blocking` is for a fn that blocks its thread
use di_axum::handler;

#[handler(blocking)]
pub async fn show() {}

fn main() {}
