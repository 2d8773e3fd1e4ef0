use di_axum::handler;

use axum::Json;

#[handler]
pub async fn show(_body: Json<String>) {}

fn main() {}
