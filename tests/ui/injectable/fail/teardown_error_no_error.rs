//! error: DI018 at 5
//! says: Refused
use di_axum::injectable;

#[injectable(request, teardown = close)]
pub struct Unit;

impl Unit {
    pub async fn close(self) -> Result<(), Refused> {
        Err(Refused)
    }
}

pub struct Refused;

fn main() {}
