//! error: plain at 12
//! says: a second `#[constructor]`
use di_axum::injectable;

pub struct Pool;

#[injectable(singleton)]
impl Pool {
    #[constructor]
    pub fn open() -> Self { Pool }
    #[constructor]
    pub fn connect() -> Self { Pool }
}

fn main() {}
