//! error: E0277 at 10
//! says: `Rc<str>` cannot be sent between threads safely
use di_axum::injectable;

use std::rc::Rc;

pub struct Pool;

#[injectable(singleton)]
fn connect() -> Result<Pool, Rc<str>> {
    Ok(Pool)
}

fn main() {}
