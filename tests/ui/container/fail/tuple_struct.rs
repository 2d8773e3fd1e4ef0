//! error: plain at 8
//! says: name the fields
use di_axum::container;

pub struct Env;

#[container]
pub struct App(Env);

fn main() {}
