//! error: DI008 at 15
//! says: [DI008]
//! says: `Caller`
use di_axum::{container, injectable};

pub struct Refused;

pub struct Caller;

#[injectable(request)]
impl Caller {
    fn new() -> Result<Self, Refused> { Ok(Caller) }
}

#[container(Caller)]
pub struct App;

fn main() {}
