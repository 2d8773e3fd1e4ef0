//! error: DI001 at 13
//! says: `App` does not provide `Unlisted`
use std::sync::Arc;

use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Clock;
pub struct Unlisted;
#[container(Clock)]
pub struct App;

fn main() { let _ = App::builder().replace::<Unlisted>(Arc::new(Unlisted)); }
