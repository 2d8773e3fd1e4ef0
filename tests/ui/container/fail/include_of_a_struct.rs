//! error: plain at 9
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

pub struct Data;

#[container(..Data)]
pub struct App;

fn main() {}
