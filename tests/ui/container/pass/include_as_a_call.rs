use di_axum::{container, injectable, module};

#[injectable(singleton)]
pub struct Pool;
#[module(Pool)]
pub struct Data;

#[container(..Data)]
pub struct App;

fn main() {}
