//! error: plain at 7
//! says: did you mean `default`?
use di_axum::injectable;

#[injectable(singleton)]
pub struct Settings {
    #[inject(defualt)]
    pub size: usize,
}

fn main() {}
