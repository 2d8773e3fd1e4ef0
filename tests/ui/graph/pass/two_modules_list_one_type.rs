use di_axum::{container, injectable, module};

#[injectable(singleton)]
pub struct Pool;
#[module(Pool)]
pub struct Db;
#[module(..Db)]
pub struct Other;

#[container(..Db, ..Other)]
pub struct App;

fn main() {}
