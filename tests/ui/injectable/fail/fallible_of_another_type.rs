//! error: E0308 at 10
//! says: expected `Result<Pool, Error>`, found `Result<Settings, Error>`
use di_axum::injectable;

pub struct Pool;
pub struct Settings;

#[injectable(singleton)]
impl Pool {
    pub fn new() -> Result<Settings, std::io::Error> {
        Ok(Settings)
    }
}

fn main() {}
