use di_axum::{Tasks, container, task};

#[task]
async fn welcome(_job: u8) {}

#[container(Tasks<u8> = welcome)]
pub struct App;

pub async fn command(app: App) {
    let _ = app.run(1u8).await;
}

fn main() {}
