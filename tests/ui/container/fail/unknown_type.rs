//! error: E0425 at 7
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pol;

#[container(Pool)]
pub struct App;

fn main() {}
