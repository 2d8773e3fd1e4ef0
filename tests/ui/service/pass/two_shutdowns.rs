use di_axum::{Shutdown, container, service};

#[service]
async fn consumer(_a: &Shutdown) {}

#[container(services(consumer))]
pub struct App;

fn main() {}
