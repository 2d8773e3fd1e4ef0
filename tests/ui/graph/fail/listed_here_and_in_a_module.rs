//! error: DI011 at 10
//! says: [DI011] `Pool` is provided twice, by the type `Pool` and by the module `Db`
use di_axum::{container, injectable, module};

#[injectable(singleton)]
pub struct Pool;
#[module(Pool)]
pub struct Db;

#[container(Pool, ..Db)]
pub struct App;

fn main() {}
