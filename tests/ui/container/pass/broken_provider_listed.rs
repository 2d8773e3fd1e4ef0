use di_axum::{container, injectable};

pub struct Log;
pub struct Pool;

#[injectable(singleton)]
fn connect(_log: &Log) -> Result<Pool, std::io::Error> {
    Ok(Pool)
}

#[container(Pool = connect)]
pub struct App { log: Log }

fn main() {}
