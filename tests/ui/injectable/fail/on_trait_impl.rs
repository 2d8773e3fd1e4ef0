//! error: plain at 8
//! says: belongs on an inherent `impl` block
use di_axum::injectable;

pub struct Pool;

#[injectable(singleton)]
impl Default for Pool {
    fn default() -> Self {
        Pool
    }
}

fn main() {}
