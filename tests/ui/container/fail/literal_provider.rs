//! error: plain at 6
use di_axum::{container, injectable};

pub struct Size(pub usize);

#[container(Size = 20)]
pub struct App;

fn main() {}
