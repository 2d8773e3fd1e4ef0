//! error: DI001 at 13
//! says: [DI001] nothing provides `Pool`
use di_axum::{container, handler, injectable};

pub struct Pool;
#[injectable(singleton)]
pub struct Settings;
#[injectable(request)]
pub struct Users<'r> { pub pool: &'r Pool }
#[handler]
pub async fn show(_users: &Users<'_>) {}

#[container(Users<'_>, Settings, handlers(show))]
#[deny(unused)]
pub struct App;

fn main() {}
