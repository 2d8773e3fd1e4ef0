use di_axum::{container, injectable};

use di_axum::module;
pub struct Primary;
#[injectable(singleton)]
pub struct Pool;

#[module(Pool)]
pub struct Data;

#[container(..Data)]
pub struct App;

fn main() {}
