//! error: DI014 at 7
//! says: `Counter` cannot be shared between threads
//! says: instead of `Rc` take `Arc`
use di_axum::injectable;

#[injectable(request)]
pub struct Counter {
    #[inject(default)]
    pub count: std::rc::Rc<u8>,
}

fn main() {}
