use di_axum::{container, injectable, module};

pub struct Log;
pub struct Pool;

#[injectable(singleton)]
fn connect() -> Pool { Pool }

#[module(Pool = connect)]
pub struct Data;

#[container(..Data)]
pub struct App;

fn main() {}
