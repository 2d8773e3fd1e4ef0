//! error: plain at 9
//! says: returns nothing
use di_axum::injectable;

pub struct Pool;

#[injectable(singleton)]
impl Pool {
    pub fn new() {
        let _ = Pool;
    }
}

fn main() {}
