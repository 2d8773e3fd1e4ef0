use di_axum::{Tasks, container};
#[di_axum::task]
async fn welcome(_job: u8) {}

#[container(Tasks<u8> = welcome)]
pub struct App;

fn main() {}
