use di_axum::injectable;

use std::sync::Arc;

pub struct Pool;

#[injectable(singleton)]
fn connect() -> Result<Pool, Arc<str>> {
    Ok(Pool)
}

fn main() {}
