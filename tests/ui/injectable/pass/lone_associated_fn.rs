use di_axum::injectable;

pub struct Pool;

#[injectable]
impl Pool {
    #[injectable(singleton)]
    pub fn open() -> Self {
        Pool
    }
}

fn main() {}
