use di_axum::injectable;

#[injectable(singleton, teardown = close)]
pub struct Unit;

impl Unit {
    pub async fn close(&self) {}
}

fn main() {}
