//! error: DI020 at 5
//! says: at least 1
use di_axum::{Tasks, container, task};

#[task(concurrency = 0)]
async fn welcome(_job: u8) {}

#[container(Tasks<u8> = welcome)]
pub struct App;

fn main() {}
