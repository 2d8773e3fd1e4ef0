//! error: DI002 at 10
//! says: a cycle: `Loop` -> `Loop`
use std::sync::Arc;

use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Loop { pub own: Arc<Loop> }

#[container(Loop)]
pub struct App;

fn main() {}
