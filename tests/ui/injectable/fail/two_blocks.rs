//! error: E0119 at 21
//! says: Injectable` for type `Store<'static>`
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

pub struct Store<'r>(&'r Pool);

#[injectable(request)]
impl<'r> Store<'r> {
    #[constructor]
    pub fn open(pool: &'r Pool) -> Self {
        Store(pool)
    }
}

#[injectable(request)]
impl<'r> Store<'r> {
    #[constructor]
    pub async fn connect(pool: &'r Pool) -> std::io::Result<Self> {
        Ok(Store(pool))
    }
}

#[container(Pool, Store<'_>)]
pub struct App;

fn main() {}
