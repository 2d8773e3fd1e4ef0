//! error: plain at 10
//! says: a provider is named here, and not called: write `Type = provider`
use di_axum::{container, injectable};

pub struct Pool;

#[injectable(singleton)]
fn connect() -> Pool { Pool }

#[container(Pool = connect())]
pub struct App;

fn main() {}
