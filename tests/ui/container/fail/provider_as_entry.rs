//! error: DI017 at 11
//! says: [DI017] `connect` is listed, but what is constructed for it is a `Pool`
//! says: `Pool = provider`
use di_axum::{container, injectable};

pub struct Pool;

#[injectable(singleton)]
fn connect() -> Pool { Pool }

#[container(connect)]
pub struct App;

fn main() {}
