//! error: DI019 at 10
//! says: [DI019] `Settings` guards `show`, but is singleton
//! says: help: make `Settings` `request`, with a constructor that returns a `Result`
use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Settings;
#[handler(guard(Settings))]
pub async fn show() {}
#[container(Settings, handlers(show))]
pub struct App;

fn main() {}
