//! error: plain at 5
//! says: unknown argument: `#[handler]` takes none
use di_axum::handler;

#[handler(get)]
pub async fn show() {}

fn main() {}
