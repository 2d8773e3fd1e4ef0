//! error: plain at 6
//! says: the scope is missing: write `#[injectable(singleton)]`
use di_axum::injectable;

#[injectable]
pub struct Settings;

fn main() {}
