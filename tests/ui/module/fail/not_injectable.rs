//! error: DI010 at 9
use di_axum::{container, injectable, module};

pub struct Pool;

#[module(Pool)]
pub struct Data;

#[container(..Data)]
pub struct App;

fn main() {}
