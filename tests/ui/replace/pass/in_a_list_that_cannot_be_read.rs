use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
pub struct Clock;
#[injectable(singleton)]
fn clock() -> Clock { Clock }

#[container(Pool, ..Clocks)]
pub struct App { #[replace] clock: Clock }
#[di_axum::module(Clock = clock)]
pub struct Clocks;

fn main() {}
