use di_axum::injectable;

#[injectable(singleton)]
pub struct Settings;

fn main() {}
