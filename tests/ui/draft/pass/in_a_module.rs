use di_axum::{injectable, module};

#[injectable(singleton)]
pub struct Pool;

#[module(Pool)]
pub struct Data;

fn main() {}
