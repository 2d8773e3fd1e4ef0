use di_axum::{container, injectable};

#[injectable(singleton, lazy)]
pub struct Pool;

#[container(Pool)]
pub struct App;

pub async fn show(app: App) {
    let scope = app.scope();
    let _: Option<&Pool> = scope.get::<Pool>().await.ok();
}

fn main() {}
