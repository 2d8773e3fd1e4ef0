//! error: plain at 5
//! says: `scoped` is no scope; did you mean `request`?
use di_axum::injectable;

#[injectable(scoped)]
pub struct Users;

fn main() {}
