use di_axum::{container, injectable};

#[derive(Debug)]
pub struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {}

pub struct Pool;

#[injectable(singleton)]
fn connect() -> Result<Pool, Refused> { Ok(Pool) }

#[container(Pool = connect)]
pub struct App;

fn main() {}
