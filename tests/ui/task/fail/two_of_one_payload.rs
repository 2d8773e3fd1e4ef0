//! error: DI011 at 11
//! says: `Tasks<u8>` is provided twice, by the task `welcome` and by the task `greet`
use di_axum::{Tasks, container, task};

#[task]
async fn welcome(_job: u8) {}

#[task]
async fn greet(_job: u8) {}

#[container(Tasks<u8> = welcome, Tasks<u8> = greet)]
pub struct App;

fn main() {}
