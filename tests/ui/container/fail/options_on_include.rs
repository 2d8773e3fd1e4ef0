//! error: plain at 13
//! says: an included module takes no option but `#[allow(unused)]`
use di_axum::{container, injectable};

use di_axum::module;
pub struct Primary;
#[injectable(singleton)]
pub struct Pool;

#[module(Pool)]
pub struct Data;

#[container(#[qualifier(Primary)] ..Data)]
pub struct App;

fn main() {}
