//! error: plain at 10
//! says: give each task a payload of its own
use di_axum::{Tasks, container, task};

pub struct Slow;

#[task]
async fn welcome(_job: u8) {}

#[container(#[qualifier(Slow)] Tasks<u8> = welcome)]
pub struct App;

fn main() {}
