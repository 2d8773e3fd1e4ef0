use di_axum::injectable;

pub struct Pool;
pub struct Settings;

#[injectable(singleton)]
impl Pool {
    pub fn new() -> Result<Pool, std::io::Error> {
        Ok(Pool)
    }
}

fn main() {}
