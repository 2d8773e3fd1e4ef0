//! error: plain at 8
//! says: a dependency cannot be borrowed mutably
use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Settings;
#[handler]
pub async fn show(_settings: &mut Settings) {}

#[container(Settings, handlers(show))]
#[deny(unused)]
pub struct App;

fn main() {}
