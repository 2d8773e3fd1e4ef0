//! error: DI001 at 12
//! says: nothing provides `Pool`
//! says: takes `pool: &Pool`, at
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct PoolSettings;
pub struct Pool;
#[injectable(request)]
pub struct Users<'r> { pub pool: &'r Pool }

#[container(PoolSettings, Users<'_>)]
pub struct App;

fn main() {}
