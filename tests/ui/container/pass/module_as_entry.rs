use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

#[di_axum::module(Pool)]
pub struct Data;

#[container(..Data)]
pub struct App;

fn main() {}
