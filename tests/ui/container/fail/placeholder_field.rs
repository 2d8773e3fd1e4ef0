//! error: plain at 8
//! says: `_` is not known here
use di_axum::container;

pub struct Env;

#[container]
pub struct App { env: _ }

fn main() {}
