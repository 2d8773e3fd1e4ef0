//! error: plain at 5
//! says: `queue` is given twice
use di_axum::{Tasks, container, task};

#[task(queue = 1, queue = 2)]
async fn welcome(_job: u8) {}

#[container(Tasks<u8> = welcome)]
pub struct App;

fn main() {}
