//! error: DI018 at 5
//! says: this one returns `u32`
use di_axum::injectable;

#[injectable(request, teardown = close)]
pub struct Unit;

impl Unit {
    pub async fn close(self) -> u32 {
        1
    }
}

fn main() {}
