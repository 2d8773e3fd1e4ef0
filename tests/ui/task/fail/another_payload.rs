//! error: DI017 at 9
//! says: the task takes a `u8`, but is listed as `Tasks<u16>`
//! says: list it as `Tasks<u8>`
use di_axum::{Tasks, container, task};

#[task]
async fn welcome(_job: u8) {}

#[container(Tasks<u16> = welcome)]
pub struct App;

fn main() {}
