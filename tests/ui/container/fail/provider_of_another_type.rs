//! error: DI017 at 11
//! says: Pool
use di_axum::{container, injectable};

pub struct Log;
pub struct Pool;

#[injectable(singleton)]
fn connect() -> Log { Log }

#[container(Pool = connect)]
pub struct App;

fn main() {}
