//! error: plain at 7
//! says: hand in an owned value
use di_axum::container;

pub struct Tenant<'a>(pub &'a str);

#[container(#[seed] Tenant<'_>)]
pub struct App;

fn main() {}
