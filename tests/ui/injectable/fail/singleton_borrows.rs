//! error: plain at 8
//! says: a singleton lives as long as the app and cannot borrow: hold `Arc<T>`
use di_axum::injectable;

pub struct Pool;

#[injectable(singleton)]
pub struct Users<'r> {
    pub pool: &'r Pool,
}

fn main() {}
