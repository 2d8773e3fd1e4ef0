use di_axum::injectable;

pub struct Settings(usize);

#[injectable(singleton)]
fn settings() -> Settings {
    Settings(20)
}

fn main() {}
