//! error: DI016 at 11
//! says: [DI016] none of the listed handlers needs `Settings`
//! says: help: take it off the list of `App`
use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Settings;
#[handler]
pub async fn show() {}

#[container(Settings, handlers(show))]
#[deny(unused)]
pub struct App;

fn main() {}
