use std::sync::Arc;

use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Clock;
pub struct Report;
#[injectable(singleton)]
fn report(_clock: Arc<Clock>) -> Report { Report }

#[container(Clock, Report = report)]
pub struct App;

fn main() {}
