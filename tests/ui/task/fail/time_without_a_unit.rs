//! error: plain at 5
//! says: Duration::from_secs(30)
use di_axum::{Tasks, container, task};

#[task(timeout = 30)]
async fn welcome(_job: u8) {}

#[container(Tasks<u8> = welcome)]
pub struct App;

fn main() {}
