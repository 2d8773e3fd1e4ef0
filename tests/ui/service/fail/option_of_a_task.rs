//! error: plain at 5
//! says: a service runs once, as long as the app
use di_axum::{container, service};

#[service(queue = 3)]
async fn consumer() {}

#[container(services(consumer))]
pub struct App;

fn main() {}
