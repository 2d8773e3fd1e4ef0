//! error: E0599 at 5
//! says: `clsoe`
use di_axum::injectable;

#[injectable(request, teardown = clsoe)]
pub struct Unit;

impl Unit {
    pub async fn close(self) {}
}

fn main() {}
