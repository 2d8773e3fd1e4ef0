use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

#[container(Pool, ..Billing)]
pub struct App;

#[di_axum::module]
pub struct Billing;

fn main() {}
