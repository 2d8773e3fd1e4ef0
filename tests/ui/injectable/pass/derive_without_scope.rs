use di_axum::Injectable;

#[derive(Injectable)]
#[injectable(request)]
pub struct Users;

fn main() {}
