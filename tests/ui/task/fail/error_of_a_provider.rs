//! error: DI009 at 22
//! says: the error of `Session` would be that of a task or service
use di_axum::{Tasks, container, handler, injectable, task};

pub struct Refused;

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
