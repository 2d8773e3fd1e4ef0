use di_axum::injectable;

use std::sync::Arc;

pub struct Pool;

#[injectable(singleton)]
fn pool() -> Pool {
    let _: Arc<u8> = Arc::new(1);
    Pool
}

fn main() {}
