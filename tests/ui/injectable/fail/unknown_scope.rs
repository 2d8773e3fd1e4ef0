//! error: plain at 5
//! says: `forever` is no scope: write `#[injectable(singleton)]`
use di_axum::injectable;

#[injectable(forever)]
pub struct Settings;

fn main() {}
