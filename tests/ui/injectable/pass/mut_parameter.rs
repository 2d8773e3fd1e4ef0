use di_axum::injectable;

pub struct Log;
pub struct Pool;

#[injectable(singleton)]
impl Pool {
    pub fn new(_log: &Log) -> Self {
        Pool
    }
}

fn main() {}
