//! error: plain at 6
//! says: `#[injectable(..)]` belongs on a struct
use di_axum::injectable;

#[injectable(singleton)]
pub union Bits {
    pub int: u8,
}

fn main() {}
