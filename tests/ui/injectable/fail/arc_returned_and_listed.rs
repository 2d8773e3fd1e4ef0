//! error: plain at 9
//! says: a provider returns the value itself, `Pool`: who asks for it writes `&` or `Arc`
use std::sync::Arc;

use di_axum::{container, injectable};

pub struct Pool;
#[injectable(singleton)]
pub fn connect() -> Arc<Pool> { Arc::new(Pool) }
#[injectable(singleton)]
pub struct Report { pub pool: Arc<Pool> }

#[container(Pool = connect, Report)]
pub struct App;

fn main() {}
