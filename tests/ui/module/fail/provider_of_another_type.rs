//! error: DI017 at 14
//! says: [DI017] `Pool` is listed, but what is constructed for it is a `Log`
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
