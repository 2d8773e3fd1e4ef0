use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Clock;
#[container(Clock)]
pub struct App;

fn main() { let _ = App::builder().replace(std::sync::Arc::new(Clock)); }
