//! error: plain at 8
//! says: write `Tasks<u8> = task`
use di_axum::{Tasks, container, task};

#[task]
async fn welcome(_job: u8) {}

#[container(Tasks<u8>)]
pub struct App;

fn main() {}
