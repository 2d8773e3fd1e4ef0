//! error: DI014 at 8
//! says: [DI014] `Token` cannot be sent between threads
use di_axum::injectable;

use std::rc::Rc;

#[injectable(transient)]
pub struct Token {
    #[inject(value = Rc::new(1))]
    pub number: Rc<u8>,
}

fn main() {}
