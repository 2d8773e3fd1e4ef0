//! error: plain at 8
//! says: a constructor has a fixed number of parameters
use di_axum::injectable;

pub struct Pool;

#[injectable(singleton)]
fn connect(_: ...) -> Pool {
    Pool
}

fn main() {}
