//! error: plain at 7
//! says: `#[derive(Injectable)]` is for structs
use di_axum::Injectable;

#[derive(Injectable)]
#[injectable(singleton)]
pub enum Mode { Fast }

impl Mode {
    pub fn new() -> Self { Mode::Fast }
}

fn main() {}
