//! error: E0119 at 20
//! says: Injectable` for type `Cache<u32>`
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

pub struct Cache<T>(Option<T>);

#[injectable(singleton)]
impl<T: Send + Sync> Cache<T> {
    pub fn new(_pool: &Pool) -> Self {
        Cache(None)
    }
}

#[injectable(singleton)]
impl Cache<u32> {
    #[constructor]
    pub fn empty() -> Self {
        Cache(Some(0))
    }
}

#[container(Pool, Cache<u32>, Cache<u64>)]
pub struct App;

fn main() {}
