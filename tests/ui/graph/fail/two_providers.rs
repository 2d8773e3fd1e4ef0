//! error: DI011 at 13
//! says: `Pool` is provided twice, by the provider `connect` and by the provider `other`
//! says: #[qualifier(Name)]
use di_axum::{container, injectable};

pub struct Other;
pub struct Pool;
#[injectable(singleton)]
pub fn connect() -> Pool { Pool }
#[injectable(singleton)]
pub fn other() -> Pool { Pool }

#[container(Pool = connect, Pool = other)]
pub struct App;

fn main() {}
