//! error: DI018 at 6
//! says: [DI018] this fn cannot close the singleton `Pool`
//! says: note: expected `async fn close(&self)`
use di_axum::injectable;

#[injectable(singleton, teardown = close)]
pub struct Pool;

impl Pool {
    async fn close(self) {}
}

fn main() {}
