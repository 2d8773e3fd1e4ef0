use di_axum::injectable;

pub struct Pool;

#[injectable(singleton)]
pub struct Shared;

fn main() {}
