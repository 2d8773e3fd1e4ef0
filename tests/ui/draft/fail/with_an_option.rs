//! error: plain at 8
//! says: `draft` takes no options
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

#[container(Pool, #[allow(unused)] draft)]
pub struct App;

fn main() {}
