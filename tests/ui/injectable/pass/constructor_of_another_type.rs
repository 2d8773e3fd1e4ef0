use di_axum::injectable;

pub struct Pool;
pub struct Settings;

#[injectable(singleton)]
impl Pool {
    pub fn new() -> Pool {
        Pool
    }
}

fn main() {}
