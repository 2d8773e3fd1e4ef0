//! error: plain at 5
//! says: did you mean `teardown = close`?
use di_axum::injectable;

#[injectable(request, teardwon = close)]
pub struct Unit;

impl Unit {
    pub async fn close(self) {}
}

fn main() {}
