use di_axum::{container, service};

#[service]
async fn consumer() {}

#[container(services(consumer))]
pub struct App;

fn main() {}
