//! error: plain at 6
//! says: it is listed by its name alone
use di_axum::{Tasks, container, task};

#[task]
async fn welcome<T: Send>(_job: u8) {}

#[container(Tasks<u8> = welcome)]
pub struct App;

fn main() {}
