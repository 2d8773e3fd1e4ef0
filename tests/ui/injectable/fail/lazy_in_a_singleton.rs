//! error: plain at 10
//! says: hold `LazyArc<Index>`, or make `Search` `request`
use di_axum::{Lazy, container, injectable};

#[injectable(singleton, lazy)]
pub struct Index;

#[injectable(singleton)]
pub struct Search {
    pub index: Lazy<'static, Index>,
}

#[container(Index, Search)]
pub struct App;

fn main() {}
