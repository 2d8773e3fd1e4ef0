use di_axum::{container, injectable};

pub struct Primary;
#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct Users<'r> { #[inject(Primary)] pub pool: &'r Pool }

#[container(#[qualifier(Primary)] Pool, Users<'_>)]
pub struct App;

fn main() {}
