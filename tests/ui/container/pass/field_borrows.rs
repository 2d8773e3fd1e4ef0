use di_axum::container;

pub struct Env;

#[container]
pub struct App { env: Env }

fn main() {}
