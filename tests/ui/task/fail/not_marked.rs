//! error: E0573 at 7
//! says: expected type, found function `welcome`
use di_axum::{Tasks, container};

async fn welcome(_job: u8) {}

#[container(Tasks<u8> = welcome)]
pub struct App;

fn main() {}
