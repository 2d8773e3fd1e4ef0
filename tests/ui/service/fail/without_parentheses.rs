//! error: plain at 11
//! says: write `services(consumer, ..)`
use di_axum::{container, injectable, service};

#[injectable(singleton)]
pub struct Queue;

#[service]
async fn consumer() {}

#[container(services, Queue)]
pub struct App;

fn main() {}
