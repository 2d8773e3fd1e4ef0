//! error: plain at 9
//! says: also needs a bare `#[injectable]` on its `impl` block
use di_axum::injectable;

pub struct Pool;

impl Pool {
    #[injectable(singleton)]
    pub fn open() -> Self {
        Pool
    }
}

fn main() {}
