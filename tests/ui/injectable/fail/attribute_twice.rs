//! error: plain at 6
//! says: twice
use di_axum::injectable;

#[injectable(singleton)]
#[injectable(request)]
pub struct Settings;

fn main() {}
