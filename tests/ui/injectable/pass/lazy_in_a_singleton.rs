use di_axum::{LazyArc, container, injectable};

#[injectable(singleton, lazy)]
pub struct Index;

#[injectable(singleton)]
pub struct Search {
    pub index: LazyArc<Index>,
}

#[container(Index, Search)]
pub struct App;

fn main() {}
