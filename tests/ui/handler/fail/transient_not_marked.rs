//! error: DI013 at 10
//! says: `Code` is transient
//! says: `#[inject]
use di_axum::{handler, injectable};

#[injectable(transient)]
pub struct Code;

#[handler]
pub async fn show(_code: Code) {}

fn main() {}
