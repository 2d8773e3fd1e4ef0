use di_axum::module;

#[module]
pub struct Billing;

fn main() {}
