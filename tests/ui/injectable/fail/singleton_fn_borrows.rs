//! error: plain at 9
//! says: a singleton lives as long as the app and cannot borrow: return an owned value
use di_axum::injectable;

pub struct Pool;
pub struct Users<'r>(&'r Pool);

#[injectable(singleton)]
fn users(pool: &Pool) -> Users<'_> {
    Users(pool)
}

fn main() {}
