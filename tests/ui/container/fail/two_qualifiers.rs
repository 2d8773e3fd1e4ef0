//! error: plain at 9
//! says: a second qualifier: a value has one
use di_axum::{container, injectable};

pub struct Primary;
#[injectable(singleton)]
pub struct Pool;

#[container(#[qualifier(Primary)] #[qualifier(Pool)] Pool)]
pub struct App;

fn main() {}
