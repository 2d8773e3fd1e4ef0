//! error: DI018 at 5
//! says: cannot close a `Unit`, of which there may be other handles
use di_axum::injectable;

#[injectable(transient, teardown = close)]
pub struct Unit;

impl Unit {
    pub async fn close(self) {}
}

fn main() {}
