use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(singleton)]
pub struct Settings;
#[injectable(request)]
pub struct Users<'r> { pub pool: &'r Pool }
#[handler]
pub async fn show(_users: &Users<'_>) {}

#[container(Users<'_>, Pool, #[allow(unused)] Settings, handlers(show))]
#[deny(unused)]
pub struct App;

fn main() {}
