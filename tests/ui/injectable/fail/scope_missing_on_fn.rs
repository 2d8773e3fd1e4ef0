//! error: plain at 8
//! says: the scope is missing
use di_axum::injectable;

pub struct Pool;

#[injectable]
fn connect() -> Pool {
    Pool
}

fn main() {}
