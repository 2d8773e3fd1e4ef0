//! error: plain at 8
//! says: `_` is not known here: write the type's name
use di_axum::handler;

pub struct Users;

#[handler]
pub async fn show(_users: &_) {}

fn main() {}
