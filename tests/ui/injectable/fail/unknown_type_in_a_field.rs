//! error: E0425 at 8
//! says: cannot find type `Clok`
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Clock;
#[injectable(request)]
pub struct Report<'r> { pub clock: &'r Clok }

#[container(Clock, Report<'_>)]
pub struct App;

fn main() {}
