//! error: plain at 10
//! says: future
use di_axum::injectable;

use std::rc::Rc;

pub struct Pool(pub u8);

#[injectable(singleton)]
async fn connect() -> Pool {
    let size = Rc::new(1);
    std::future::ready(()).await;
    Pool(*size)
}

fn main() {}
