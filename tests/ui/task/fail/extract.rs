//! error: DI007 at 6
//! says: put what it needs of the request in its payload
use di_axum::{Tasks, container, task};

#[task]
async fn welcome(_job: u8, #[extract] _headers: axum::http::HeaderMap) {}

#[container(Tasks<u8> = welcome)]
pub struct App;

fn main() {}
