//! error: DI014 at 10
//! says: [DI014]
use di_axum::injectable;

use std::rc::Rc;

pub struct Names(pub Rc<str>);

#[injectable(singleton)]
fn names() -> Names {
    Names("ada".into())
}

fn main() {}
