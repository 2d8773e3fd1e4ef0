use di_axum::injectable;

#[injectable(request)]
pub struct Counter {
    #[inject(default)]
    pub count: std::sync::Arc<u8>,
}

fn main() {}
