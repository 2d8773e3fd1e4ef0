//! error: plain at 13
//! says: a constructor among providers: give this fn a scope of its own
use di_axum::injectable;

pub struct Pool;
pub struct Pools;

#[injectable]
impl Pools {
    #[injectable(singleton)]
    pub fn primary() -> Pool { Pool }
    #[constructor]
    pub fn new() -> Self { Pools }
}

fn main() {}
