use di_axum::{container, module};

#[di_axum::injectable(singleton)]
pub struct Pool;

#[module(Pool)]
pub struct Data;

#[container(..Data)]
pub struct App;

fn main() {}
