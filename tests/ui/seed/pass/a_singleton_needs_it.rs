use di_axum::{container, injectable};

pub struct Tenant;

#[injectable(request)]
impl Cache {
    fn new(tenant: &Tenant) -> Self { let _ = tenant; Cache }
}

pub struct Cache;

#[container(#[seed] Tenant, Cache)]
pub struct App;

fn main() {}
