//! error: plain at 9
//! says: needs a concrete struct
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

#[container(Pool)]
pub struct App<T> { value: T }

fn main() {}
