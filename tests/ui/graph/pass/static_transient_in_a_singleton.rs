use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(transient)]
pub struct Clock { pub pool: std::sync::Arc<Pool> }

#[injectable(singleton)]
pub struct Report { pub clock: Clock }

#[container(Pool, Clock, Report)]
pub struct App;

fn main() {}
