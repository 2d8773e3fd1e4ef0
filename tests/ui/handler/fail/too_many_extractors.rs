//! error: plain at 9
//! says: 17 extractors; at most 16 are possible
use di_axum::handler;

use axum::http::Method as M;

#[handler]
#[allow(clippy::too_many_arguments)]
pub async fn show(
    _: M, _: M, _: M, _: M, _: M, _: M, _: M, _: M,
    _: M, _: M, _: M, _: M, _: M, _: M, _: M, _: M,
    _: M,
) {}

fn main() {}
