use di_axum::injectable;

#[injectable(singleton)]
pub struct Settings {
    #[inject(value = 20)]
    pub size: usize,
}

fn main() {}
