use std::sync::Arc;

use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct Users<'r> {
    pub pool: &'r Pool,
}
#[injectable(request)]
pub struct Report<'r> {
    pub users: &'r Users<'r>,
}

#[container(Pool, Users<'_>, Report<'_>)]
pub struct App;

fn main() {
    let _: Option<Arc<Pool>> = None;
}
