use di_axum::injectable;

use std::sync::Arc;

pub struct Pool(pub u8);

#[injectable(singleton)]
async fn connect() -> Pool {
    let size = Arc::new(1);
    std::future::ready(()).await;
    Pool(*size)
}

fn main() {}
