use std::sync::Arc;

use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Clock;
#[injectable(singleton)]
pub struct Pool;
#[injectable(singleton)]
pub struct Users { pub pool: Arc<Pool>, pub clock: Arc<Clock> }

#[container(Clock, Pool, Users)]
pub struct App;

fn main() {}
