use di_axum::container;

pub struct Tenant;

#[container(#[seed] Tenant)]
pub struct App;

fn main() {}
