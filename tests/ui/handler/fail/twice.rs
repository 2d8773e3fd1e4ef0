//! error: plain at 6
//! says: `#[handler]` is given twice
use di_axum::handler;

#[handler]
#[handler]
pub async fn show() {}

fn main() {}
