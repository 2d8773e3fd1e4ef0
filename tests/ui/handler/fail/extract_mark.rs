//! error: plain at 8
//! says: in a handler, by-value parameters are extractors already
use di_axum::handler;

use axum::http::HeaderMap;

#[handler]
pub async fn show(#[extract] _headers: HeaderMap) {}

fn main() {}
