use std::sync::Mutex;

use di_axum::{Lazy, injectable};

#[injectable(request)]
pub struct Audit;

#[injectable(request)]
pub struct Keeper<'r> {
    pub audit: Lazy<'r, Audit>,
    #[inject(default)]
    pub kept: Mutex<Option<String>>,
}

fn main() {}
