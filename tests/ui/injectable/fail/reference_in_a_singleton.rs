//! error: plain at 12
//! error: plain at 13
//! says: cannot borrow `&Pool`: hold `Arc<Pool>`, or make `Report` `request`
//! says: for a constant, `#[inject(value = ..)] name: &'static str`
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

#[injectable(singleton)]
pub struct Report {
    pub pool: &Pool,
    pub name: &str,
}

#[container(Pool, Report)]
pub struct App;

fn main() {}
