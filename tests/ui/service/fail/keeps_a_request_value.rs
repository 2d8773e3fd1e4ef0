//! error: DI026 at 16
//! says: the service `consumer` runs as long as the app, and would keep the request-scoped `Session` for as long
//! says: the service `consumer` takes `session: &Session`
//! says: scopes.open()?.get::<Session>().await?
use di_axum::{Opener, container, injectable, service};

#[injectable(request)]
pub struct Session;

#[service]
async fn consumer(session: &Session) -> Result<(), di_axum::BoxError> {
    let _ = session;
    Ok(())
}

#[container(Session, services(consumer))]
pub struct App;

pub type Scopes = Opener<App>;

fn main() {}
