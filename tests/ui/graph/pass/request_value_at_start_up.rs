use axum::http::HeaderMap;
use di_axum::{container, injectable};

pub struct Audit;
#[injectable(request)]
impl Audit { pub fn new(#[extract] _headers: HeaderMap) -> Self { Audit } }

#[container(Audit)]
pub struct App;

fn main() {}
