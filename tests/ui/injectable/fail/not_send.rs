//! error: E0277 at 6
//! says: `Rc<u8>` cannot be sent between threads safely
use di_axum::injectable;

#[injectable(request)]
pub struct Counter {
    #[inject(default)]
    pub count: std::rc::Rc<u8>,
}

fn main() {}
