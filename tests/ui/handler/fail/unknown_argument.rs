//! error: plain at 5
//! says: unknown option `get`: expected `guard(Type, ..)`
use di_axum::handler;

#[handler(get)]
pub async fn show() {}

fn main() {}
