use std::sync::Arc;

use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Clock;
pub struct Unlisted;
#[container(Clock)]
pub struct App;

fn main() { let _ = App::builder().replace::<Clock>(Arc::new(Clock)); }
