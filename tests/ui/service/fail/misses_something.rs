//! error: DI001 at 14
//! says: nothing provides `Queue`
//! says: the service `consumer` takes `queue: &Queue`
use di_axum::{container, injectable, service};

#[injectable(singleton)]
pub struct Queue;

#[service]
async fn consumer(queue: &Queue) {
    let _ = queue;
}

#[container(services(consumer))]
pub struct App;

fn main() {}
