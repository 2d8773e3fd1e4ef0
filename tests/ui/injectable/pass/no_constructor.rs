use di_axum::injectable;

pub struct Pool;

#[injectable(singleton)]
impl Pool {
    #[constructor]
    pub fn open() -> Self {
        Pool
    }
}

fn main() {}
