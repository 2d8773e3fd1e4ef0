//! error: plain at 8
//! says: `default` and `value` are for fields of a struct
use di_axum::injectable;

pub struct Settings(usize);

#[injectable(singleton)]
fn settings(#[inject(value = 20)] size: usize) -> Settings {
    Settings(size)
}

fn main() {}
