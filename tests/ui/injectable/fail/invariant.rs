//! error: plain at 6
//! says: lifetime may not live long enough
use di_axum::injectable;

#[injectable(request)]
pub struct Cache<'r> {
    #[inject(default)]
    pub last: std::sync::Mutex<Option<&'r str>>,
}

fn main() {}
