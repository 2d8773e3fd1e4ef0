//! error: plain at 9
//! says: a dependency has to be a named type
use di_axum::injectable;

pub struct Pool;

#[injectable(singleton)]
pub struct Users {
    pub pool: std::sync::Arc<_>,
}

fn main() {}
