//! error: E0521 at 9
//! says: `audit` escapes
use di_axum::{Lazy, handler};

pub struct Audit;

#[handler]
pub async fn show(audit: Lazy<'_, Audit>) {
    std::thread::spawn(move || drop(audit.built().is_some()));
}

fn main() {}
