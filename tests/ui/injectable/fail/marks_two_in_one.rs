//! error: plain at 7
//! says: one mark is enough
use di_axum::injectable;

#[injectable(singleton)]
pub struct Settings {
    #[inject(default, value = 20)]
    pub size: usize,
}

fn main() {}
