//! error: plain at 10
//! says: cannot find macro `Data` in this scope
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

pub struct Data;

#[container(..Data)]
pub struct App;

fn main() {}
