use di_axum::injectable;

pub struct Pool;
pub struct Pools;

#[injectable]
impl Pools {
    #[injectable(singleton)]
    pub fn primary() -> Pool { Pool }
}

fn main() {}
