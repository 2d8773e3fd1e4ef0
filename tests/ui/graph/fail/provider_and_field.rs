//! error: DI011 at 9
//! says: `Pool` is provided twice, by the field `pool` and by the provider `connect`
use di_axum::{container, injectable};

pub struct Pool;
#[injectable(singleton)]
pub fn connect() -> Pool { Pool }

#[container(Pool = connect)]
pub struct App { pub pool: Pool }

fn main() {}
