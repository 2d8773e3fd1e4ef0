//! error: plain at 8
//! says: cannot find macro `Data` in this scope
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

#[container(Pool, ..Data)]
pub struct App;

#[di_axum::module]
pub struct Billing;

fn main() {}
