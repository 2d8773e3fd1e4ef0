use di_axum::{BoxError, Opener, Tasks, container, task};

pub struct Tenant;

#[task]
async fn report(_job: u8, scopes: &Scopes) -> Result<(), BoxError> {
    let scope = scopes.open()?.with(Tenant);
    let _ = scope.get::<Tenant>().await?;
    Ok(())
}

#[container(#[seed] Tenant, Tasks<u8> = report)]
pub struct App;

pub type Scopes = Opener<App>;

fn main() {}
