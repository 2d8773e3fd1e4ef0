use di_axum::injectable;

pub struct Pool;
static POOL: Pool = Pool;

#[injectable(singleton)]
fn pool() -> Pool {
    let _ = &POOL;
    Pool
}

fn main() {}
