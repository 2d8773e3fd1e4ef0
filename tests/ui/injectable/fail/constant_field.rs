//! error: plain at 7
//! says: for a constant, `#[inject(value = ..)] name: &'static str`
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Site {
    pub name: &'static str,
}

#[container(Site)]
pub struct App;

fn main() {}
