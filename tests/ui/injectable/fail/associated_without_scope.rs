//! error: plain at 11
//! says: the scope is missing
use di_axum::injectable;

pub struct Pool;
pub struct Pools;

#[injectable]
impl Pools {
    #[injectable]
    pub fn primary() -> Pool { Pool }
}

fn main() {}
