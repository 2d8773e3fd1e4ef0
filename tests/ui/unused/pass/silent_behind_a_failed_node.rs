use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Settings;
#[injectable(request)]
pub struct Users<'r> { pub settings: &'r Settings }
#[handler]
pub async fn show(_users: &Users<'_>) {}

#[container(Users<'_>, Settings, handlers(show))]
#[deny(unused)]
pub struct App;

fn main() {}
