//! error: plain at 9
//! says: give it a type of its own
use di_axum::container;

pub struct Tenant;

pub struct North;

#[container(#[seed] #[qualifier(North)] Tenant)]
pub struct App;

fn main() {}
