//! error: plain at 10
//! says: expected `=` between a type and its provider
use di_axum::{container, injectable};

pub struct Pool;

#[injectable(singleton)]
fn connect() -> Pool { Pool }

#[container(Pool: connect)]
pub struct App;

fn main() {}
