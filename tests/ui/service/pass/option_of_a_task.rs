use di_axum::{container, service};

#[service(on_failure = log)]
async fn consumer() {}

#[container(services(consumer))]
pub struct App;

fn main() {}
