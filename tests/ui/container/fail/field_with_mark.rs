//! error: plain at 7
use di_axum::container;

pub struct Env;

#[container]
pub struct App { #[inject(default)] env: Env }

fn main() {}
