//! error: plain at 11
//! says: an associated provider cannot be generic itself
use di_axum::injectable;

pub struct Pool;
pub struct Pools;

#[injectable]
impl Pools {
    #[injectable(singleton)]
    pub fn primary<T>() -> Pool { Pool }
}

fn main() {}
