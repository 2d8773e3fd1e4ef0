use di_axum::{Opener, container, injectable, service};

#[injectable(request)]
pub struct Session;

#[service]
async fn consumer(scopes: &Scopes) -> Result<(), di_axum::BoxError> {
    let scope = scopes.open()?;
    let _ = scope.get::<Session>().await?;
    Ok(())
}

#[container(Session, services(consumer))]
pub struct App;

pub type Scopes = Opener<App>;

fn main() {}
