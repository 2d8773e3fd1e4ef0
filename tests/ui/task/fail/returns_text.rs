//! error: DI009 at 6
//! says: returns nothing, or a `Result`
use di_axum::{Tasks, container, task};

#[task]
async fn welcome(_job: u8) -> String { String::new() }

#[container(Tasks<u8> = welcome)]
pub struct App;

fn main() {}
