//! error: plain at 8
//! says: a handler cannot be generic
use di_axum::handler;

use axum::Json;

#[handler]
pub async fn show<T>(_body: Json<T>) {}

fn main() {}
