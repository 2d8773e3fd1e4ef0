//! error: plain at 5
//! says: write `teardown = close`
use di_axum::injectable;

#[injectable(request, teardown)]
pub struct Unit;

impl Unit {
    pub async fn close(self) {}
}

fn main() {}
