//! error: plain at 7
//! says: future
use di_axum::injectable;

use std::rc::Rc;

#[injectable(request, teardown = close)]
pub struct Unit;

impl Unit {
    pub async fn close(self) {
        let held = Rc::new(1);
        std::future::ready(()).await;
        drop(held);
    }
}

fn main() {}
