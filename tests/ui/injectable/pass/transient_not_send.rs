use di_axum::injectable;

use std::sync::Arc;

#[injectable(transient)]
pub struct Token {
    #[inject(value = Arc::new(1))]
    pub number: Arc<u8>,
}

fn main() {}
