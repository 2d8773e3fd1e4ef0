//! error: plain at 9
//! says: a constructor takes no `self`
use di_axum::{container, injectable};

pub struct Pool;

#[injectable(singleton)]
impl Pool {
    pub fn new(&self) -> Self {
        Pool
    }
}

#[container(Pool)]
pub struct App;

fn main() {}
