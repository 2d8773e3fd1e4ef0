//! error: DI001 at 12
//! says: `App` has no task that takes a `u16`
use di_axum::{Tasks, container, task};

#[task]
async fn welcome(_job: u8) {}

#[container(Tasks<u8> = welcome)]
pub struct App;

pub async fn command(app: App) {
    let _ = app.run(1u16).await;
}

fn main() {}
