//! error: plain at 8
//! says: `connect` returns nothing that could be injected
use di_axum::injectable;

pub struct Pool;

#[injectable(singleton)]
fn connect() {
    let _ = Pool;
}

fn main() {}
