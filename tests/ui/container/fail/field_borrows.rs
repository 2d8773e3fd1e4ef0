//! error: plain at 8
//! says: cannot borrow: hand in the value itself, or an `Arc`
use di_axum::container;

pub struct Env;

#[container]
pub struct App { env: &Env }

fn main() {}
