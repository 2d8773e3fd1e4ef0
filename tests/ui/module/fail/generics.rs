//! error: plain at 6
//! says: `#[module(..)]` needs a concrete struct
use di_axum::module;

#[module]
pub struct Billing<T>;

fn main() {}
