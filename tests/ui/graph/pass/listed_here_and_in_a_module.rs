use di_axum::{container, injectable, module};

#[injectable(singleton)]
pub struct Pool;
#[module(Pool)]
pub struct Db;

#[container(..Db)]
pub struct App;

fn main() {}
