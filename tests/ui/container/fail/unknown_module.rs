//! error: plain at 7
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

#[container(Pool, ..Data)]
pub struct App;

#[di_axum::module]
pub struct Billing;

fn main() {}
