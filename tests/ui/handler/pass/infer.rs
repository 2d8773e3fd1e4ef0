use di_axum::handler;

pub struct Users;

#[handler]
pub async fn show(_users: &Users) {}

fn main() {}
