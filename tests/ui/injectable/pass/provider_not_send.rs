use di_axum::injectable;

use std::sync::Arc;

pub struct Names(pub Arc<str>);

#[injectable(singleton)]
fn names() -> Names {
    Names("ada".into())
}

fn main() {}
