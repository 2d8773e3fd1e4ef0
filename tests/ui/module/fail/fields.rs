//! error: plain at 8
//! says: a module builds nothing and has no fields
use di_axum::module;

pub struct Env;

#[module]
pub struct Billing { env: Env }

fn main() {}
