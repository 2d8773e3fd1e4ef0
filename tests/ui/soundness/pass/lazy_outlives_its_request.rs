use di_axum::{Lazy, handler};

pub struct Audit;

#[handler]
pub async fn show(audit: Lazy<'_, Audit>) {
    let _ = audit.built().is_some();
}

fn main() {}
