//! error: plain at 5
//! says: given twice
use di_axum::injectable;

#[injectable(request, teardown = close, teardown = close)]
pub struct Unit;

impl Unit {
    pub async fn close(self) {}
}

fn main() {}
