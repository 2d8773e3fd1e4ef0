//! error: plain at 8
//! says: write a safe one
use di_axum::injectable;

pub struct Pool;

#[injectable(singleton)]
unsafe fn connect() -> Pool {
    Pool
}

fn main() {}
