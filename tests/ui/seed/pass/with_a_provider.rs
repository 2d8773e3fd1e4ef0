use di_axum::{container, injectable};

pub struct Tenant;

#[injectable(request)]
fn tenant() -> Tenant { Tenant }

#[container(Tenant = tenant)]
pub struct App;

fn main() {}
