//! error: plain at 10
//! says: cannot borrow `&'static Pool`: hold `Arc<Pool>`, or make `Report` `request`
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

#[injectable(singleton)]
pub struct Report {
    pub pool: &'static Pool,
}

#[container(Pool, Report)]
pub struct App;

fn main() {}
