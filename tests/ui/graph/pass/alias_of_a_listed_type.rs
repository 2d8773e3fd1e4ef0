use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
pub type Database = Pool;

#[container(Database)]
pub struct App;

fn main() {}
