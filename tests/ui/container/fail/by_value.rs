//! error: DI006 at 12
//! says: `Users` needs `settings: Settings`
//! says: created again
//! says: write `settings: &Settings`
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Settings;
#[injectable(request)]
pub struct Users { pub settings: Settings }

#[container(Settings, Users)]
pub struct App;

fn main() {}
