use di_axum::{container, injectable};

#[injectable(request)]
pub struct Clock;

#[container(Clock)]
pub struct App;

pub fn open(app: App) {
    let _ = app.scope().with(Clock);
}

fn main() {}
