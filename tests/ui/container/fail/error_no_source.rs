//! error: DI009 at 13
//! says: [DI009]
//! says: `Pool`
use di_axum::{container, injectable};

pub struct Refused;

pub struct Pool;

#[injectable(singleton)]
fn connect() -> Result<Pool, Refused> { Ok(Pool) }

#[container(Pool = connect)]
pub struct App;

fn main() {}
