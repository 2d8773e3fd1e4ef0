//! error: E0425 at 8
//! says: cannot find type `Pool` in this scope
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pol;

#[container(Pool)]
pub struct App;

fn main() {}
