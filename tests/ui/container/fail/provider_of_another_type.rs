//! error: DI017 at 11
//! says: [DI017] `Pool` is listed, but what is constructed for it is a `Log`
use di_axum::{container, injectable};

pub struct Log;
pub struct Pool;

#[injectable(singleton)]
fn connect() -> Log { Log }

#[container(Pool = connect)]
pub struct App;

fn main() {}
