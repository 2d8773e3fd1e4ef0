//! error: DI007 at 19
//! says: the task `welcome` runs where there is no request to extract from
//! says: the task `welcome` takes `caller: &Caller`
//! says: `Caller` (request)
use di_axum::{Tasks, container, injectable, task};

pub struct Caller;

#[injectable(request)]
impl Caller {
    fn new(#[extract] _headers: axum::http::HeaderMap) -> Self { Caller }
}

#[task]
async fn welcome(_job: u8, caller: &Caller) {
    let _ = caller;
}

#[container(Caller, Tasks<u8> = welcome)]
pub struct App;

fn main() {}
