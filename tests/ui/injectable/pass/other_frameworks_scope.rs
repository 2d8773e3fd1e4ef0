use di_axum::injectable;

#[injectable(request)]
pub struct Users;

fn main() {}
