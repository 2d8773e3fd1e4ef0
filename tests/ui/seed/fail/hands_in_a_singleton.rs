//! error: DI027 at 12
//! says: only a request-scoped value is handed in
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Clock;

#[container(Clock)]
pub struct App;

pub fn open(app: App) {
    let _ = app.scope().with(Clock);
}

fn main() {}
