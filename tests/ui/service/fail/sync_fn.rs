//! error: plain at 6
//! says: a service is an async fn
use di_axum::{container, service};

#[service]
fn consumer() {}

#[container(services(consumer))]
pub struct App;

fn main() {}
