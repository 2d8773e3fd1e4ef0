//! error: DI011 at 12
//! says: [DI011] `Pool` is provided twice, by the type `Pool` and by the provider `connect`
use di_axum::{container, injectable, module};

#[injectable(singleton)]
pub struct Pool;
#[injectable(singleton)]
pub fn connect() -> Pool {
    Pool
}

#[module(Pool, Pool = connect)]
pub struct Db;

#[container(..Db)]
pub struct App;

fn main() {}
