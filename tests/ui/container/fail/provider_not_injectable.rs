//! error: E0573 at 9
//! says: connect
use di_axum::container;

pub struct Pool;

fn connect() -> Pool { Pool }

#[container(Pool = connect)]
pub struct App;

fn main() {}
