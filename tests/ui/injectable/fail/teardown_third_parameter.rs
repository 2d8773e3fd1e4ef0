//! error: DI018 at 5
//! says: cannot close a `Unit`
use di_axum::injectable;

#[injectable(request, teardown = close)]
pub struct Unit;

impl Unit {
    pub async fn close(self, _outcome: di_axum::Outcome, _reason: &str) {}
}

fn main() {}
