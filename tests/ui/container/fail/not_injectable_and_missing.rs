//! error: DI010 at 16
//! error: DI001 at 16
//! says: `Clock` is not injectable
//! says: nothing provides `Pool`
//! says: `Users` (singleton) takes `pool: Arc<Pool>`
use std::sync::Arc;

use di_axum::{container, injectable};

pub struct Clock;
#[injectable(singleton)]
pub struct Pool;
#[injectable(singleton)]
pub struct Users { pub pool: Arc<Pool>, pub clock: Arc<Clock> }

#[container(Clock, Users)]
pub struct App;

fn main() {}
