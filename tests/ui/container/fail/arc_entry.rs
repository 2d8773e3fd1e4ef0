//! error: plain at 8
//! says: list the type itself, `Pool`; who asks for it writes `Arc`
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

#[container(std::sync::Arc<Pool>)]
pub struct App;

fn main() {}
