//! error: plain at 9
//! says: #[qualifier(...)]
use di_axum::{container, injectable};

pub struct Primary;
#[injectable(singleton)]
pub struct Pool;

#[container(#[qualifier] Pool)]
pub struct App;

fn main() {}
