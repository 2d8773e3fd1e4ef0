use di_axum::injectable;

pub struct Size(pub usize);

#[injectable(singleton)]
fn size() -> Size { Size(20) }

fn main() {}
