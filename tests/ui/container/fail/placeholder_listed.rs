//! error: plain at 8
//! says: `_` is not known here
use di_axum::{container, injectable};

pub struct Env;

#[injectable(singleton)]
fn pool(_env: &_) -> u8 { 0 }

#[container(u8 = pool)]
pub struct App { env: Env }

fn main() {}
