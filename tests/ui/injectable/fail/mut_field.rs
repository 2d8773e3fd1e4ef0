//! error: plain at 9
//! says: a dependency cannot be borrowed mutably
use di_axum::injectable;

pub struct Log;

#[injectable(request)]
pub struct Users<'r> {
    pub log: &'r mut Log,
}

fn main() {}
