use di_axum::injectable;

#[injectable(singleton)]
pub struct Bits {
    #[inject(default)]
    pub int: u8,
}

fn main() {}
