//! error: plain at 6
//! says: `#[module(..)]` belongs on a struct
use di_axum::module;

#[module]
pub enum Billing {}

fn main() {}
