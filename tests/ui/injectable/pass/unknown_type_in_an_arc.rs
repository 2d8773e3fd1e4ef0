use std::sync::Arc;

use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Clock;
#[injectable(singleton)]
pub struct Report { pub clock: Arc<Clock> }

#[container(Clock, Report)]
pub struct App;

fn main() {}
