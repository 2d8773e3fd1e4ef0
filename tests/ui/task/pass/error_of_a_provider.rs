use di_axum::{Tasks, container, handler, injectable, task};

#[derive(Debug)]
pub struct Refused;
impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("refused") }
}
impl std::error::Error for Refused {}

pub struct Session;

#[injectable(request)]
impl Session {
    fn new() -> Result<Self, Refused> { Err(Refused) }
}

#[task]
async fn welcome(_job: u8, session: &Session) {
    let _ = session;
}

#[handler]
async fn other() {}

#[container(Session, Tasks<u8> = welcome, handlers(other))]
pub struct App;

fn main() {}
