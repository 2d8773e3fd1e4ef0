use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Clock;
#[injectable(request)]
pub struct Report<'r> { pub clock: &'r Clock }

#[container(Clock, Report<'_>)]
pub struct App;

fn main() {}
