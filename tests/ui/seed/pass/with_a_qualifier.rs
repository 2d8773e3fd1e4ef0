use di_axum::container;

pub struct Tenant;

pub struct North;

#[container(#[seed] Tenant)]
pub struct App;

fn main() {}
