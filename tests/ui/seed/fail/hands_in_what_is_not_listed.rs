//! error: DI001 at 11
//! says: `App` does not provide `Tenant`
use di_axum::container;

pub struct Tenant;

#[container()]
pub struct App;

pub fn open(app: App) {
    let _ = app.scope().with(Tenant);
}

fn main() {}
