use di_axum::{container, injectable};

pub struct Env;

#[injectable(singleton)]
fn pool(_env: &Env) -> u8 { 0 }

#[container(u8 = pool)]
pub struct App { env: Env }

fn main() {}
