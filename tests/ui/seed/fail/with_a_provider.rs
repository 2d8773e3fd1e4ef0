//! error: plain at 10
//! says: a seed is handed in when a scope is opened, and has no provider
use di_axum::{container, injectable};

pub struct Tenant;

#[injectable(request)]
fn tenant() -> Tenant { Tenant }

#[container(#[seed] Tenant = tenant)]
pub struct App;

fn main() {}
