//! error: plain at 11
//! says: the block's own scope makes it one node
use di_axum::injectable;

pub struct Pool;
pub struct Pools;

#[injectable(singleton)]
impl Pools {
    #[injectable(singleton)]
    pub fn primary() -> Pool { Pool }
}

fn main() {}
