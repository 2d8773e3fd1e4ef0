//! error: plain at 6
//! says: `#[injectable(..)]` belongs on a struct
use di_axum::injectable;

#[injectable(singleton)]
pub mod users {
    pub struct Users;
}

fn main() {}
