use di_axum::{Tasks, container, task};

#[task(queue = 1)]
async fn welcome(_job: u8) {}

#[container(Tasks<u8> = welcome)]
pub struct App;

fn main() {}
