//! error: plain at 10
//! says: a provider returns the value itself, `Pool`
use di_axum::injectable;

use std::sync::Arc;

pub struct Pool;

#[injectable(singleton)]
fn pool() -> Arc<Pool> {
    Arc::new(Pool)
}

fn main() {}
