//! error: DI025 at 24
//! says: `Tenant` is handed in when a scope is opened, and nobody hands it in to the handler `show`
//! says: the handler `show` takes `report: &Report`
//! says: `Report` (request) takes `tenant: &Tenant`
use di_axum::{container, handler, injectable};

pub struct Tenant;

#[injectable(request)]
impl Tenant {
    fn new(#[extract] _headers: axum::http::HeaderMap) -> Self { Tenant }
}

#[injectable(request)]
pub struct Report<'r> {
    tenant: &'r Tenant,
}

#[handler]
async fn show(report: &Report<'_>) {
    let _ = report.tenant;
}

#[container(#[seed] Tenant, Report<'_>, handlers(show))]
pub struct App;

fn main() {}
