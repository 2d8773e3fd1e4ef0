use di_axum::{container, injectable};

pub struct Primary;
#[injectable(singleton)]
pub struct Pool;

#[container(#[qualifier(Primary)] Pool)]
pub struct App;

fn main() {}
