//! error: plain at 8
//! says: it takes no mark
use di_axum::container;

pub struct Env;

#[container]
pub struct App { #[inject(default)] env: Env }

fn main() {}
