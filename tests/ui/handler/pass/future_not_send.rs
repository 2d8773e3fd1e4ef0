use di_axum::handler;

use std::sync::Arc;

#[handler]
pub async fn show() -> String {
    let text = Arc::new(1);
    std::future::ready(()).await;
    text.to_string()
}

fn main() {}
