//! error: plain at 8
//! says: a dependency has to be a named type
use di_axum::handler;

pub struct Users;

#[handler]
pub async fn show(_users: &_) {}

fn main() {}
