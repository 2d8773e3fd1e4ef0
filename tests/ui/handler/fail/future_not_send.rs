//! error: plain at 8
//! says: future
use di_axum::handler;

use std::rc::Rc;

#[handler]
pub async fn show() -> String {
    let text = Rc::new(1);
    std::future::ready(()).await;
    text.to_string()
}

fn main() {}
