//! error: DI022 at 22
//! says: `Dir` has no teardown
//! says: `Upload` (request) takes `dir: Transient<Dir>`
//! says: write `dir: Dir`
use di_axum::{Transient, container, injectable};

pub struct Dir;

#[injectable(transient)]
impl Dir {
    pub fn new() -> Self {
        Dir
    }
    pub async fn remove(&self) {}
}

#[injectable(request)]
pub struct Upload {
    pub dir: Transient<Dir>,
}

#[container(Dir, Upload)]
pub struct App;

fn main() {
    let _: Option<Transient<Dir>> = None;
}
