//! error: DI001 at 12
//! says: nothing provides `Pool`
//! says: `Pool` is provided under `Primary`: is `#[inject(Primary)]` meant?
use di_axum::{container, injectable};

pub struct Primary;
#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct Users<'r> { pub pool: &'r Pool }

#[container(#[qualifier(Primary)] Pool, Users<'_>)]
pub struct App;

fn main() {}
