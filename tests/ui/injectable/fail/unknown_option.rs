//! error: plain at 5
//! says: `eager`
use di_axum::injectable;

#[injectable(singleton, eager)]
pub struct Settings;

fn main() {}
