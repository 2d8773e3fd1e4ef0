use di_axum::container;

pub struct Size(pub usize);

#[di_axum::injectable(singleton)]
fn size() -> Size { Size(20) }

#[container(Size = size)]
pub struct App;

fn main() {}
