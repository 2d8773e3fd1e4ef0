//! error: E0106 at 10
//! says: missing lifetime specifier
//! says: User<'r>
use di_axum::{container, injectable, module};

#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct User<'r> { pub pool: &'r Pool }
#[module(Pool, User)]
pub struct Data;

#[container(..Data)]
pub struct App;

fn main() {}
