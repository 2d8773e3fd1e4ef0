use di_axum::injectable;

pub struct Pool;

#[injectable(singleton)]
impl Pool {
    pub fn new() -> Self {
        Pool
    }
}

fn main() {}
