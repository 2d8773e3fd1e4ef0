//! error: DI010 at 8
//! says: list a service in `services(..)`
use di_axum::{container, service};

#[service]
async fn consumer() {}

#[container(handlers(consumer))]
pub struct App;

fn main() {}
