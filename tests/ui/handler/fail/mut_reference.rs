//! error: plain at 8
//! says: a dependency cannot be borrowed mutably
use di_axum::handler;

pub struct Users;

#[handler]
pub async fn show(_users: &mut Users) {}

fn main() {}
