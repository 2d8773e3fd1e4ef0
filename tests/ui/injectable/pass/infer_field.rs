use di_axum::injectable;

pub struct Pool;

#[injectable(singleton)]
pub struct Users {
    pub pool: std::sync::Arc<Pool>,
}

fn main() {}
