//! error: plain at 5
//! says: `queue` takes a value
use di_axum::{Tasks, container, task};

#[task(queue)]
async fn welcome(_job: u8) {}

#[container(Tasks<u8> = welcome)]
pub struct App;

fn main() {}
