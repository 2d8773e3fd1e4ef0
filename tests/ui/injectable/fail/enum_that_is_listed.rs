//! error: plain at 6
//! says: an enum has no fields of its own to inject
use di_axum::{container, injectable};

#[injectable(singleton)]
pub enum Mode { Live }
impl Mode {
    pub fn new() -> Self { Mode::Live }
}

#[container(Mode)]
pub struct App;

fn main() {}
