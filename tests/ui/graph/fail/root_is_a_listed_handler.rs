//! error: DI001 at 12
//! says: `Users` (request) takes `pool: &Pool`
//! says: needed by the handler `show` for `_users: &Users`
use di_axum::{container, handler, injectable};

pub struct Pool;
#[injectable(request)]
pub struct Users<'r> { pub pool: &'r Pool }
#[handler]
pub async fn show(_users: &Users<'_>) {}

#[container(Users<'_>, handlers(show))]
pub struct App;

fn main() {}
