//! error: plain at 6
//! says: `#[handler]` belongs on an async fn
use di_axum::handler;

#[handler]
pub struct Show;

fn main() {}
