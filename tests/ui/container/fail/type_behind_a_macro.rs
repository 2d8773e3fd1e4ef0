//! error: plain at 13
//! says: a type is listed by its name, and a macro hides it
use di_axum::{container, injectable};

#[allow(unused_macros)]
macro_rules! users { () => { Users<'_> } }

#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct Users<'r> { pub pool: &'r Pool }

#[container(Pool, users!())]
pub struct App;

fn main() {}
