//! error: plain at 11
//! says: an extractor gives a value of its own: write its type by value
use di_axum::injectable;

use axum::http::HeaderMap;

pub struct Caller;

#[injectable(request)]
impl Caller {
    fn new(#[extract] _headers: &HeaderMap) -> Self {
        Caller
    }
}

fn main() {}
