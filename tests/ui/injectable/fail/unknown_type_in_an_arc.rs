//! error: E0425 at 10
//! says: cannot find type `Clok`
use std::sync::Arc;

use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Clock;
#[injectable(singleton)]
pub struct Report { pub clock: Arc<Clok> }

#[container(Clock, Report)]
pub struct App;

fn main() {}
