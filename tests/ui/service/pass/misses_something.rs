use di_axum::{container, injectable, service};

#[injectable(singleton)]
pub struct Queue;

#[service]
async fn consumer(queue: &Queue) {
    let _ = queue;
}

#[container(Queue, services(consumer))]
pub struct App;

fn main() {}
