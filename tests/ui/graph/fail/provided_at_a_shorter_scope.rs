//! error: DI001 at 20
//! says: nothing provides `Users<'static>`
//! says: `Report` (singleton) takes `users: Arc<Users<'static>>`
//! says: it is request-scoped: as `Arc` it would outlive its request
use std::sync::Arc;

use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct Users<'r> {
    pub pool: &'r Pool,
}
#[injectable(singleton)]
pub struct Report {
    pub users: Arc<Users<'static>>,
}

#[container(Pool, Users<'_>, Report)]
pub struct App;

fn main() {
    let _: Option<Arc<Pool>> = None;
}
