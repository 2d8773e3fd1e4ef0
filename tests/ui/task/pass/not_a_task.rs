use di_axum::{Tasks, container, handler, task};

#[handler]
async fn welcome() {}

#[task]
async fn greet(_job: u8) {}

#[container(Tasks<u8> = greet)]
pub struct App;

fn main() {}
