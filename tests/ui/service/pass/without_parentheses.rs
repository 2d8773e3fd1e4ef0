use di_axum::{container, injectable, service};

#[injectable(singleton)]
pub struct Queue;

#[service]
async fn consumer() {}

#[container(services(consumer), Queue)]
pub struct App;

fn main() {}
