//! error: plain at 10
//! says: a singleton lives as long as the app and cannot borrow
use di_axum::injectable;

pub struct Pool;
pub struct Users<'r>(&'r Pool);

#[injectable(singleton)]
impl<'r> Users<'r> {
    fn new(pool: &'r Pool) -> Self {
        Users(pool)
    }
}

fn main() {}
