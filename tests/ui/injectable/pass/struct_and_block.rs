use di_axum::{container, injectable};

pub struct Report;

#[injectable(singleton)]
impl Report {
    pub fn new() -> Self {
        Report
    }
}

#[container(Report)]
pub struct App;

fn main() {}
