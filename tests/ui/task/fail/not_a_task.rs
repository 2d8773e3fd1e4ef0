//! error: DI010 at 11
//! says: `welcome` is not a task
use di_axum::{Tasks, container, handler, task};

#[handler]
async fn welcome() {}

#[task]
async fn greet(_job: u8) {}

#[container(Tasks<u8> = welcome)]
pub struct App;

fn main() {}
