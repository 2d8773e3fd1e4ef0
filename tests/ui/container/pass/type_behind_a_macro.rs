use di_axum::{container, injectable};

#[allow(unused_macros)]
macro_rules! users { () => { () } }
pub type Unit = users!();

#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct Users<'r> { pub pool: &'r Pool }

#[container(Pool, Users<'_>)]
pub struct App;

fn main() {}
