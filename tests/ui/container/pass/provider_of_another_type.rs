use di_axum::{container, injectable};

pub struct Log;
pub struct Pool;

#[injectable(singleton)]
fn connect() -> Pool { Pool }

#[container(Pool = connect)]
pub struct App;

fn main() {}
