use di_axum::module;

pub struct Env;

#[module]
pub struct Billing;

fn main() {}
