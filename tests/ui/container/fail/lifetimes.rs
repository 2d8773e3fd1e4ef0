//! error: plain at 8
//! says: needs a concrete struct
use di_axum::container;

pub struct Env;

#[container]
pub struct App<'a> { env: &'a Env }

fn main() {}
