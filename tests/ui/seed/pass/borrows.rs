use di_axum::container;

pub struct Tenant(pub String);

#[container(#[seed] Tenant)]
pub struct App;

fn main() {}
