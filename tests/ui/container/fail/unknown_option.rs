//! error: plain at 8
//! says: unknown option
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

#[container(#[singleton] Pool)]
pub struct App;

fn main() {}
