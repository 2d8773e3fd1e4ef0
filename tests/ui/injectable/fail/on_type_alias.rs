//! error: plain at 8
//! says: `#[injectable(..)]` belongs on a struct
use di_axum::injectable;

pub struct Pool;

#[injectable(singleton)]
pub type Shared = Pool;

fn main() {}
