//! error: plain at None
//! says: `lazy` is for singletons
#[di_axum::injectable(request, lazy)]
pub struct Audit;

fn main() {}
