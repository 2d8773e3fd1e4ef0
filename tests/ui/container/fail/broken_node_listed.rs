//! error: plain at 5
//! says: did you mean `singleton`?
use di_axum::{container, injectable};

#[injectable(singelton)]
pub struct Pool;

#[injectable(request)]
pub struct Users<'r>(pub &'r Pool);

#[container(Pool, Users<'_>)]
pub struct App;

fn main() {}
