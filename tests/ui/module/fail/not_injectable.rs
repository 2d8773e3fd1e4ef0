//! error: DI010 at 10
//! says: [DI010] `Pool` is not injectable
use di_axum::{container, module};

pub struct Pool;

#[module(Pool)]
pub struct Data;

#[container(..Data)]
pub struct App;

fn main() {}
