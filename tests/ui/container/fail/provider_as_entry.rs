//! error: DI017 at 9
use di_axum::{container, injectable};

pub struct Pool;

#[injectable(singleton)]
fn connect() -> Pool { Pool }

#[container(connect)]
pub struct App;

fn main() {}
