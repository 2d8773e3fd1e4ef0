use di_axum::injectable;

pub struct Pool;

#[injectable(singleton)]
fn connect() -> Pool {
    Pool
}

fn main() {}
