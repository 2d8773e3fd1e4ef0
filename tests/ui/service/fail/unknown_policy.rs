//! error: plain at 5
//! says: expected `stop`
use di_axum::{container, service};

#[service(on_failure = ignore)]
async fn consumer() {}

#[container(services(consumer))]
pub struct App;

fn main() {}
