//! error: plain at 5
//! says: `singelton` is no scope; did you mean `singleton`?
use di_axum::injectable;

#[injectable(singelton)]
pub struct Settings;

fn main() {}
