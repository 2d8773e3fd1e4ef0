//! error: plain at 6
//! says: takes its payload as the first parameter
use di_axum::{Tasks, container, task};

#[task]
async fn clean() {}

#[container(Tasks<()> = clean)]
pub struct App;

fn main() {}
