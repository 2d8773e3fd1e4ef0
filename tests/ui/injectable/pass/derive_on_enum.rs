use di_axum::injectable;

use di_axum::Injectable;

pub enum Mode { Fast }

#[injectable(singleton)]
impl Mode {
    pub fn new() -> Self { Mode::Fast }
}

fn main() {}
