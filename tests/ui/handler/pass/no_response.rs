use di_axum::handler;

pub struct Page;

#[handler]
pub async fn show() -> &'static str {
    "page"
}

fn main() {}
