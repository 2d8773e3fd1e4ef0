//! error: DI001 at 15
//! says: nothing provides `Mailer`
//! says: the task `welcome` takes `mailer: &Mailer`
//! says: add `Mailer` to the list of `App`
use di_axum::{Tasks, container, injectable, task};

#[injectable(singleton)]
pub struct Mailer;

#[task]
async fn welcome(_job: u8, mailer: &Mailer) {
    let _ = mailer;
}

#[container(Tasks<u8> = welcome)]
pub struct App;

fn main() {}
