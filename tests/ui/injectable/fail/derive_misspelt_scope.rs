//! error: plain at 6
//! says: did you mean `request`?
use di_axum::Injectable;

#[derive(Injectable)]
#[injectable(reqest)]
pub struct Users;

fn main() {}
