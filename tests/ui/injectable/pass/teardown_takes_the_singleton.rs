use di_axum::injectable;

#[injectable(singleton, teardown = close)]
pub struct Pool;

impl Pool {
    async fn close(&self) {}
}

fn main() {}
