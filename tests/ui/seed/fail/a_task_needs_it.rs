//! error: DI025 at 14
//! says: nobody hands it in to the task `report`
//! says: scopes.open()?.with(..)
use di_axum::{BoxError, Opener, Tasks, container, task};

pub struct Tenant;

#[task]
async fn report(_job: u8, tenant: &Tenant) -> Result<(), BoxError> {
    let _ = tenant;
    Ok(())
}

#[container(#[seed] Tenant, Tasks<u8> = report)]
pub struct App;

pub type Scopes = Opener<App>;

fn main() {}
