//! error: plain at 7
//! says: `default`
use di_axum::injectable;

#[injectable(singleton)]
pub struct Settings {
    #[inject()]
    pub size: usize,
}

fn main() {}
