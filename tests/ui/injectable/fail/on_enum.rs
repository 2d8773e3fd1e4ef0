//! error: plain at 6
//! says: an enum has no fields of its own to inject
use di_axum::injectable;

#[injectable(singleton)]
pub enum Mode { Fast }

impl Mode {
    pub fn new() -> Self { Mode::Fast }
}

fn main() {}
