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

#[container(Tenant, Report<'_>, handlers(show))]
pub struct App;

fn main() {}
