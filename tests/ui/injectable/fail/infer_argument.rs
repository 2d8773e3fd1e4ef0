//! error: plain at 10
//! says: a dependency has to be a named type
use di_axum::injectable;

pub struct Pool;
pub struct Users;

#[injectable(singleton)]
impl Users {
    pub fn new(_pool: &_) -> Self {
        Users
    }
}

fn main() {}
