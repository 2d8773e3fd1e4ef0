//! error: E0308 at 9
//! says: expected `Pool`, found `Option<Pool>`
use di_axum::injectable;

pub struct Pool;

#[injectable(singleton)]
impl Pool {
    pub fn new() -> Option<Self> {
        Some(Pool)
    }
}

fn main() {}
