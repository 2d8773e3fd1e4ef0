use di_axum::{container, handler, injectable};

pub struct Pool;
#[injectable(request)]
pub struct Users<'r> { pub pool: &'r Pool }
#[handler]
pub async fn show(_users: &Users<'_>) {}

#[container(Users<'_>, handlers(show))]
pub struct App { pub pool: Pool }

fn main() {}
