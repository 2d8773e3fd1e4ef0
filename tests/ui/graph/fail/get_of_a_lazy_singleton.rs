//! error: DI024 at 12
//! says: [DI024] a lazy singleton is built when it is first needed
use di_axum::{container, injectable};

#[injectable(singleton, lazy)]
pub struct Pool;

#[container(Pool)]
pub struct App;

pub async fn show(app: App) {
    let _: &Pool = app.get::<Pool>();
}

fn main() {}
