//! error: plain at 5
//! says: nothing is tried again by itself
use di_axum::{Tasks, container, task};

#[task(retries = 3)]
async fn welcome(_job: u8) {}

#[container(Tasks<u8> = welcome)]
pub struct App;

fn main() {}
