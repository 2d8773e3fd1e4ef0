//! error: plain at 6
//! says: the scope of `Users` is missing
use di_axum::Injectable;

#[derive(Injectable)]
pub struct Users;

fn main() {}
