//! error: plain at 8
use di_axum::injectable;

pub struct Pool;
static POOL: Pool = Pool;

#[injectable(singleton)]
fn pool() -> &'static Pool {
    &POOL
}

fn main() {}
