//! error: plain at 5
//! says: expected a scope
use di_axum::injectable;

#[injectable(scope = singleton)]
pub struct Settings;

fn main() {}
