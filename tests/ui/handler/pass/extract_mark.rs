use di_axum::handler;

use axum::http::HeaderMap;

#[handler]
pub async fn show(_headers: HeaderMap) {}

fn main() {}
