//! error: plain at 8
//! says: unknown option
use di_axum::{injectable, module};

#[injectable(singleton)]
pub struct Pool;

#[module(#[lazy] Pool)]
pub struct Data;

fn main() {}
