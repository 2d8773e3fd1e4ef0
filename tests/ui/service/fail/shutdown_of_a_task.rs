//! error: DI001 at 10
//! says: nothing provides `Shutdown`
use di_axum::{Shutdown, Tasks, container, task};

#[task]
async fn welcome(_job: u8, shutdown: &Shutdown) {
    let _ = shutdown;
}

#[container(Tasks<u8> = welcome)]
pub struct App;

fn main() {}
