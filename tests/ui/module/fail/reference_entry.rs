//! error: plain at 8
//! says: list the type itself, `Pool`; who asks for it writes `&`
use di_axum::{injectable, module};

#[injectable(singleton)]
pub struct Pool;

#[module(&Pool)]
pub struct Data;

fn main() {}
