pub enum Mode { Fast }

#[di_axum::injectable(singleton)]
impl Mode {
    pub fn new() -> Self { Mode::Fast }
}

fn main() {}
