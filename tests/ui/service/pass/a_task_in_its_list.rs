use di_axum::{container, service, task};

#[task]
async fn welcome(_job: u8) {}

#[service]
async fn consumer() {}

#[container(services(consumer))]
pub struct App;

fn main() {}
