//! error: DI006 at 9
//! says: `Settings` is a singleton
//! says: `name: &Settings`
use di_axum::{handler, injectable};

#[injectable(singleton)]
pub struct Settings;
#[handler]
pub async fn show(_settings: Settings) {}

fn main() {}
