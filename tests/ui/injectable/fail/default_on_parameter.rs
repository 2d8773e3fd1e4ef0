//! error: plain at 9
//! says: `default` and `value` are for fields of a struct
use di_axum::injectable;

pub struct Settings(usize);

#[injectable(singleton)]
impl Settings {
    fn new(#[inject(default)] size: usize) -> Self {
        Settings(size)
    }
}

fn main() {}
