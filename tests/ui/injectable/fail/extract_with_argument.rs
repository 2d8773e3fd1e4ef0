//! error: plain at 11
//! says: `#[extract]` takes nothing
use di_axum::injectable;

use axum::http::HeaderMap;

pub struct Caller;

#[injectable(request)]
impl Caller {
    fn new(#[extract(head)] _headers: HeaderMap) -> Self {
        Caller
    }
}

fn main() {}
