//! error: plain at 7
//! says: expected `default`, `value = EXPR`, or a qualifier
use di_axum::injectable;

#[injectable(singleton)]
pub struct Settings {
    #[inject(20)]
    pub size: usize,
}

fn main() {}
