//! error: plain at 8
//! says: `#[injectable(..)]` belongs on a struct
use di_axum::injectable;

pub struct Size(pub usize);

#[injectable(singleton)]
const SIZE: Size = Size(20);

fn main() {}
