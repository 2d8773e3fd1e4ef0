//! error: plain at 6
//! says: a handler is an async fn: write `async fn show`
use di_axum::handler;

#[handler]
pub fn show() -> &'static str {
    "hello"
}

fn main() {}
