use di_axum::handler;

#[handler(blocking)]
pub fn show() {}

fn main() {}
