//! error: plain at 8
//! says: twice
use di_axum::injectable;

pub struct Pool;

#[injectable(singleton)]
#[injectable(request)]
fn connect() -> Pool {
    Pool
}

fn main() {}
