use di_axum::injectable;

use std::sync::Arc;

pub struct Pool;

#[injectable(singleton)]
pub struct Users {
    pub pool: Arc<Pool>,
}

fn main() {}
