use di_axum::injectable;

use std::sync::atomic::AtomicU8;

#[injectable(singleton)]
pub struct Counter {
    #[inject(default)]
    pub count: AtomicU8,
}

fn main() {}
