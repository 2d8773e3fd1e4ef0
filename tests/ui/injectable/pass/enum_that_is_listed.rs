use di_axum::{container, injectable};

pub enum Mode { Live }
#[injectable(singleton)]
impl Mode {
    pub fn new() -> Self { Mode::Live }
}

#[container(Mode)]
pub struct App;

fn main() {}
