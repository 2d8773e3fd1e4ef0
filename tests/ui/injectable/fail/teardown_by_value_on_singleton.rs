//! error: DI018 at 5
//! says: cannot close the singleton `Unit`
use di_axum::injectable;

#[injectable(singleton, teardown = close)]
pub struct Unit;

impl Unit {
    pub async fn close(self) {}
}

fn main() {}
