use di_axum::handler;

#[handler]
pub async fn show() {}

fn main() {}
