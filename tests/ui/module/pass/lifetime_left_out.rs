use di_axum::{container, injectable, module};

#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct User<'r> { pub pool: &'r Pool }
#[module(Pool, User<'_>)]
pub struct Data;

#[container(..Data)]
pub struct App;

fn main() {}
