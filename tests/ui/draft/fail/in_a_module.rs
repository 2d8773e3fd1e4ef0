//! error: plain at 8
//! says: a module is judged where it is included: write `draft` in the list of the container
use di_axum::{injectable, module};

#[injectable(singleton)]
pub struct Pool;

#[module(Pool, draft)]
pub struct Data;

fn main() {}
