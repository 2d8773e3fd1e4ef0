use di_axum::{container, injectable};

pub struct Size(pub usize);

#[injectable(singleton)]
fn size() -> Size { Size(20) }

#[container(Size = size)]
pub struct App;

fn main() {}
