use di_axum::injectable;

pub struct Settings(usize);

#[injectable(singleton)]
impl Settings {
    fn new() -> Self {
        Settings(usize::default())
    }
}

fn main() {}
