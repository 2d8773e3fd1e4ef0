use di_axum::injectable;

use axum::http::HeaderMap;

pub struct Caller;

#[injectable(request)]
impl Caller {
    fn new(#[extract] _headers: HeaderMap) -> Self {
        Caller
    }
}

fn main() {}
