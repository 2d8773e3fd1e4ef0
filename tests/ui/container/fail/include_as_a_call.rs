//! error: plain at 10
//! says: there is no `include(..)` in a list: a module is included by its name, `..Billing`
use di_axum::{container, injectable, module};

#[injectable(singleton)]
pub struct Pool;
#[module(Pool)]
pub struct Data;

#[container(include(Data))]
pub struct App;

fn main() {}
