use di_axum::injectable;

#[injectable(request, teardown = close)]
pub struct Unit;

impl Unit {
    pub async fn close(self) {}
}

fn main() {}
