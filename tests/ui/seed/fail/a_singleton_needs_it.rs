//! error: DI003 at 14
//! says: the singleton `Cache` would keep the request-scoped `Tenant`
use di_axum::{container, injectable};

pub struct Tenant;

#[injectable(singleton)]
impl Cache {
    fn new(tenant: &Tenant) -> Self { let _ = tenant; Cache }
}

pub struct Cache;

#[container(#[seed] Tenant, Cache)]
pub struct App;

fn main() {}
