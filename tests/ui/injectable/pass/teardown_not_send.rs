use di_axum::injectable;

use std::sync::Arc;

#[injectable(request, teardown = close)]
pub struct Unit;

impl Unit {
    pub async fn close(self) {
        let held = Arc::new(1);
        std::future::ready(()).await;
        drop(held);
    }
}

fn main() {}
