use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

#[container(Pool)]
pub struct App { value: u8 }

fn main() {}
