use di_axum::handler;

#[handler]
pub async fn show() -> &'static str {
    "hello"
}

fn main() {}
