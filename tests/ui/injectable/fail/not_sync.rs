//! error: DI014 at 9
//! says: [DI014] `Counter` cannot be shared between threads
//! says: `Cell` or `RefCell`
use di_axum::injectable;

use std::cell::Cell;

#[injectable(singleton)]
pub struct Counter {
    #[inject(default)]
    pub count: Cell<u8>,
}

fn main() {}
