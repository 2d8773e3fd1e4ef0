#[di_axum::injectable(singleton, lazy)]
pub struct Audit;

fn main() {}
