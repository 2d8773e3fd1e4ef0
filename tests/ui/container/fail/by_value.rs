//! error: DI006 at 12
//! says: `Settings` is a singleton: by value it would be created again
//! says: `Users` (request) takes `settings: Settings`
//! says: write `settings: &Settings`
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Settings;
#[injectable(request)]
pub struct Users { pub settings: Settings }

#[container(Settings, Users)]
pub struct App;

fn main() {}
