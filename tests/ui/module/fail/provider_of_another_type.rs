//! error: DI017 at 13
use di_axum::{container, injectable, module};

pub struct Log;
pub struct Pool;

#[injectable(singleton)]
fn connect() -> Log { Log }

#[module(Pool = connect)]
pub struct Data;

#[container(..Data)]
pub struct App;

fn main() {}
