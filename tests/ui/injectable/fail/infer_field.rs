//! error: plain at 9
//! says: `_` is not known here: write the type's name
use di_axum::injectable;

pub struct Pool;

#[injectable(singleton)]
pub struct Users {
    pub pool: std::sync::Arc<_>,
}

fn main() {}
