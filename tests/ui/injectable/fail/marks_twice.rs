//! error: plain at 8
//! says: marked twice
use di_axum::injectable;

#[injectable(singleton)]
pub struct Settings {
    #[inject(default)]
    #[inject(value = 20)]
    pub size: usize,
}

fn main() {}
