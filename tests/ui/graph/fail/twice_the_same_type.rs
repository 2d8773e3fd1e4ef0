//! error: DI011 at 8
//! says: `Pool` is listed twice, by the type `Pool`
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

#[container(Pool, Pool)]
pub struct App;

fn main() {}
