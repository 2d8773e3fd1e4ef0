//! error: plain at 10
//! says: `_` is not known here: write the type's name
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
