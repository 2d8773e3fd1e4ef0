//! error: DI010 at 11
//! says: `welcome` is not a service
use di_axum::{container, service, task};

#[task]
async fn welcome(_job: u8) {}

#[service]
async fn consumer() {}

#[container(services(welcome))]
pub struct App;

fn main() {}
