//! error: E0277 at 7
use di_axum::handler;

pub struct Page;

#[handler]
pub async fn show() -> Page {
    Page
}

fn main() {}
