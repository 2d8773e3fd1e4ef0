use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Log;
#[injectable(singleton)]
pub struct Pool;

#[container(Log, Pool)]
pub struct App;

fn main() {}
