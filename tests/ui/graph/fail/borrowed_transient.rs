//! error: DI004 at 12
//! says: `Trace` is transient and cannot be borrowed
//! says: help: write `trace: Trace`
use di_axum::{container, injectable};

#[injectable(transient)]
pub struct Trace;
pub struct Users;
#[injectable(request)]
impl Users { pub fn new(trace: &Trace) -> Self { let _ = trace; Users } }

#[container(Trace, Users)]
pub struct App;

fn main() {}
