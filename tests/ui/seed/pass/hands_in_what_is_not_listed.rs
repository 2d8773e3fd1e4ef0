use di_axum::container;

pub struct Tenant;

#[container(#[seed] Tenant)]
pub struct App;

pub fn open(app: App) {
    let _ = app.scope().with(Tenant);
}

fn main() {}
