//! error: plain at 12
//! error: plain at 12
//! says: write `&Pool`; what has to live longer is held as `Arc<Pool>`
//! says: write `Lazy<'_, Index>`; what has to live longer is held as `LazyArc<Index>`
use di_axum::{Lazy, container, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(singleton, lazy)]
pub struct Index;
#[injectable(request)]
pub fn size(_pool: &'static Pool, _index: Lazy<'static, Index>) -> u64 { 1 }

#[container(Pool, Index, u64 = size)]
pub struct App;

fn main() {}
