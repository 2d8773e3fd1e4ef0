use std::sync::Arc;

use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Clock;
pub struct Report;
#[injectable(singleton)]
impl Report {
    fn new(_clock: Arc<Clock>) -> Self { Report }
}

#[container(Clock, Report)]
pub struct App;

fn main() {}
