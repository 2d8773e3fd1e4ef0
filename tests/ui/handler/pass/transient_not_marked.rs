use di_axum::{handler, injectable};

#[injectable(transient)]
pub struct Code;

#[handler]
pub async fn show(#[inject] _code: Code) {}

fn main() {}
