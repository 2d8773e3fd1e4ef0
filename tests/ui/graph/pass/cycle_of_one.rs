use std::sync::Arc;

use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Loop { #[inject(default)] pub own: Vec<Arc<Loop>> }

#[container(Loop)]
pub struct App;

fn main() {}
