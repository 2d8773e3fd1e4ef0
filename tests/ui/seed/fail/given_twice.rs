//! error: plain at 7
//! says: once is enough
use di_axum::container;

pub struct Tenant;

#[container(#[seed] #[seed] Tenant)]
pub struct App;

fn main() {}
