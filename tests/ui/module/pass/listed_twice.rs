use di_axum::{container, injectable, module};

#[injectable(singleton)]
pub struct Pool;
#[injectable(singleton)]
pub fn connect() -> Pool {
    Pool
}

#[module(Pool = connect)]
pub struct Db;

#[container(..Db)]
pub struct App;

fn main() {}
