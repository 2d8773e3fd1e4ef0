//! error: plain at 6
//! says: write `async fn welcome`
use di_axum::{Tasks, container, task};

#[task]
fn welcome(_job: u8) {}

#[container(Tasks<u8> = welcome)]
pub struct App;

fn main() {}
