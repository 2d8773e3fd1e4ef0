use di_axum::{container, handler, injectable};

#[injectable(request)]
pub struct C;

#[handler]
pub async fn show(_hidden: &C) {}

#[container(C)]
pub struct App;

fn main() {}
