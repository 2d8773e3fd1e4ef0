//! error: DI011 at 13
//! says: [DI011] `Pool` is provided twice, by the module `Db` and by the module `Other`
//! says: help: include one of them
use di_axum::{container, injectable, module};

#[injectable(singleton)]
pub struct Pool;
#[module(Pool)]
pub struct Db;
#[module(Pool)]
pub struct Other;

#[container(..Db, ..Other)]
pub struct App;

fn main() {}
