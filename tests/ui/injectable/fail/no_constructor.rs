//! error: plain at 8
//! says: no constructor: name it `new`, or mark it `#[constructor]`
use di_axum::injectable;

pub struct Pool;

#[injectable(singleton)]
impl Pool {
    pub fn open() -> Self {
        Pool
    }
}

fn main() {}
