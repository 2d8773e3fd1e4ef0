use di_axum::{Lazy, container, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(singleton, lazy)]
pub struct Index;
#[injectable(request)]
pub fn size(_pool: &Pool, _index: Lazy<'_, Index>) -> u64 { 1 }

#[container(Pool, Index, u64 = size)]
pub struct App;

fn main() {}
