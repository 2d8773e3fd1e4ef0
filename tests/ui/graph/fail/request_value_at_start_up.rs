//! error: DI007 at 10
//! says: the singleton `Audit` is built at start-up, where there is no request to extract from
use axum::http::HeaderMap;
use di_axum::{container, injectable};

pub struct Audit;
#[injectable(singleton)]
impl Audit { pub fn new(#[extract] _headers: HeaderMap) -> Self { Audit } }

#[container(Audit)]
pub struct App;

fn main() {}
