use di_axum::handler;

#[handler]
#[deny(deprecated)]
pub async fn wait() {
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
}

fn main() {}
