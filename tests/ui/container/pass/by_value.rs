use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Settings;
#[injectable(request)]
pub struct Users<'r> { pub settings: &'r Settings }

#[container(Settings, Users<'_>)]
pub struct App;

fn main() {}
