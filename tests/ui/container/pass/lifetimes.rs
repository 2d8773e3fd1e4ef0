use di_axum::container;

pub struct Env;

#[container]
pub struct App { env: &'static Env }

fn main() {}
