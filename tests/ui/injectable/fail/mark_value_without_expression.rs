//! error: plain at 7
//! says: `value = EXPR`
use di_axum::injectable;

#[injectable(singleton)]
pub struct Settings {
    #[inject(value)]
    pub size: usize,
}

fn main() {}
