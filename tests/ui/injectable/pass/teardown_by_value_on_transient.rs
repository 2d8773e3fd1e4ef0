use di_axum::injectable;

#[injectable(transient, teardown = close)]
pub struct Unit;

impl Unit {
    pub async fn close(&self) {}
}

fn main() {}
