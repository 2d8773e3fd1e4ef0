//! error: plain at 11
//! says: lifetime may not live long enough
use std::sync::Mutex;

use di_axum::{Lazy, injectable};

#[injectable(request)]
pub struct Audit;

#[injectable(request)]
pub struct Keeper<'r> {
    pub audit: Lazy<'r, Audit>,
    #[inject(default)]
    pub kept: Mutex<Option<&'r Audit>>,
}

fn main() {}
