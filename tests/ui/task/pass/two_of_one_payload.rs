use di_axum::{Tasks, container, task};

#[task]
async fn welcome(_job: u8) {}

#[task]
async fn greet(_job: u16) {}

#[container(Tasks<u8> = welcome, Tasks<u16> = greet)]
pub struct App;

fn main() {}
