//! error: DI010 at 7
//! says: `Pool` is not injectable
use di_axum::container;

pub struct Pool;

#[container(Pool)]
pub struct App;

fn main() {}
