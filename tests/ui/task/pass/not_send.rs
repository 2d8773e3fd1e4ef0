use di_axum::{Tasks, container, task};

#[task]
async fn welcome(_job: u8) {
    let held = std::sync::Arc::new(1);
    std::future::ready(()).await;
    drop(held);
}

#[container(Tasks<u8> = welcome)]
pub struct App;

fn main() {}
