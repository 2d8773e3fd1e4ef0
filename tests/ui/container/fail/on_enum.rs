//! error: plain at 9
//! says: `#[container(..)]` belongs on a struct
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

#[container(Pool)]
pub enum App {}

fn main() {}
