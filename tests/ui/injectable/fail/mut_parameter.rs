//! error: plain at 10
//! says: a dependency cannot be borrowed mutably
use di_axum::injectable;

pub struct Log;
pub struct Pool;

#[injectable(singleton)]
impl Pool {
    pub fn new(_log: &mut Log) -> Self {
        Pool
    }
}

fn main() {}
