use std::sync::Arc;

use di_axum::{container, injectable};

pub struct Pool;
#[injectable(singleton)]
pub fn connect() -> Pool { Pool }
#[injectable(singleton)]
pub struct Report { pub pool: Arc<Pool> }

#[container(Pool = connect, Report)]
pub struct App;

fn main() {}
