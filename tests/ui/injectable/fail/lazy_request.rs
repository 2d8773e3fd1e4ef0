//! error: plain at 3
//! says: `lazy` is for singletons
#[di_axum::injectable(request, lazy)]
pub struct Audit;

fn main() {}
