//! error: E0119 at 10
//! says: Injectable` for type `Report`
use di_axum::{container, injectable};

#[injectable(singleton)]
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
