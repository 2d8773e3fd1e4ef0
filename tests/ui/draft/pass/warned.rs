//! warning: DI021 at 12
//! says: [DI021] `App` is a draft
//! says: help: print it, `App::graph().to_dot()`
use di_axum::{container, injectable};

pub struct Pool;
#[injectable(request)]
pub struct Users<'r> {
    pub pool: &'r Pool,
}

#[container(draft, Users<'_>)]
pub struct App;

fn main() {
    println!("{}", App::graph().to_dot());
}
