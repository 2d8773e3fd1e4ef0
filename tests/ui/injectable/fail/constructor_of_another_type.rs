//! error: E0308 at 9
use di_axum::injectable;

pub struct Pool;
pub struct Settings;

#[injectable(singleton)]
impl Pool {
    pub fn new() -> Settings {
        Settings
    }
}

fn main() {}
