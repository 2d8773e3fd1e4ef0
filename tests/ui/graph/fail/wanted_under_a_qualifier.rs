//! error: DI001 at 12
//! says: nothing provides `Pool` under `Primary`
//! says: `Pool` is provided without a qualifier
use di_axum::{container, injectable};

pub struct Primary;
#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct Users<'r> { #[inject(Primary)] pub pool: &'r Pool }

#[container(Pool, Users<'_>)]
pub struct App;

fn main() {}
