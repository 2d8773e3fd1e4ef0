//! error: plain at 9
//! says: a provider returns the value itself, `Pool`
use di_axum::injectable;

pub struct Pool;
static POOL: Pool = Pool;

#[injectable(singleton)]
fn pool() -> &'static Pool {
    &POOL
}

fn main() {}
