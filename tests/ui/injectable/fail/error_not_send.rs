//! error: E0277 at 9
use di_axum::injectable;

use std::rc::Rc;

pub struct Pool;

#[injectable(singleton)]
fn connect() -> Result<Pool, Rc<str>> {
    Ok(Pool)
}

fn main() {}
