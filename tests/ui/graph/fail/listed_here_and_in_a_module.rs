//! error: E0119 at 10
//! says: conflicting implementations
use di_axum::{container, injectable, module};

#[injectable(singleton)]
pub struct Pool;
#[module(Pool)]
pub struct Db;

#[container(Pool, ..Db)]
pub struct App;

fn main() {}
