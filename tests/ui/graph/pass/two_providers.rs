use di_axum::{container, injectable};

pub struct Other;
pub struct Pool;
#[injectable(singleton)]
pub fn connect() -> Pool { Pool }
#[injectable(singleton)]
pub fn other() -> Pool { Pool }

#[container(Pool = connect, #[qualifier(Other)] Pool = other)]
pub struct App;

fn main() {}
