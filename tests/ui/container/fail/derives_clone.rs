//! error: E0119 at 9
//! says: conflicting implementation for `App`
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

#[container(Pool)]
#[derive(Clone)]
pub struct App;

fn main() {}
