//! error: E0119 at 12
//! says: conflicting implementations
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
