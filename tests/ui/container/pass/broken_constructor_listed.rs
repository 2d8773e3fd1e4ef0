use di_axum::{container, injectable};

pub struct Pool;

#[injectable(singleton)]
impl Pool {
    pub fn new() -> Self {
        Pool
    }
}

#[container(Pool)]
pub struct App;

fn main() {}
