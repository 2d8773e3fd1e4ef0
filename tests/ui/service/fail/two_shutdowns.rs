//! error: plain at 6
//! says: a service has one `Shutdown`
use di_axum::{Shutdown, container, service};

#[service]
async fn consumer(_a: &Shutdown, _b: &Shutdown) {}

#[container(services(consumer))]
pub struct App;

fn main() {}
