use di_axum::{container, injectable};

#[injectable(transient)]
pub struct Trace;
pub struct Users;
#[injectable(request)]
impl Users { pub fn new(trace: Trace) -> Self { let _ = trace; Users } }

#[container(Trace, Users)]
pub struct App;

fn main() {}
