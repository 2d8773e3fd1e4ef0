//! error: plain at 5
//! says: the scope is given twice, as `singleton` and as `request`
use di_axum::injectable;

#[injectable(singleton, request)]
pub struct Settings;

fn main() {}
