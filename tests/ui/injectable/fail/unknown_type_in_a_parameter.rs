//! error: E0425 at 11
//! says: cannot find type `Clok`
use std::sync::Arc;

use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Clock;
pub struct Report;
#[injectable(singleton)]
fn report(_clock: Arc<Clok>) -> Report { Report }

#[container(Clock, Report = report)]
pub struct App;

fn main() {}
