use di_axum::injectable;

pub enum Mode { Fast }

#[injectable(singleton)]
impl Mode {
    pub fn new() -> Self { Mode::Fast }
}

fn main() {}
