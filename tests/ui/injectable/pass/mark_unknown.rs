use di_axum::injectable;

#[injectable(singleton)]
pub struct Settings {
    #[inject(default)]
    pub size: usize,
}

fn main() {}
