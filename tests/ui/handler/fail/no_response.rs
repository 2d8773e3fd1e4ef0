//! error: E0277 at 8
//! says: the trait bound `Page: di_axum::__private::IntoResponse` is not satisfied
use di_axum::handler;

pub struct Page;

#[handler]
pub async fn show() -> Page {
    Page
}

fn main() {}
