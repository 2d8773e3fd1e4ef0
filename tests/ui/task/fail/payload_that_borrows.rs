//! error: DI028 at 8
//! says: put an id, or a value of its own, in it
use di_axum::{Tasks, container, task};

pub struct Letter<'a>(&'a str);

#[task]
async fn send(job: Letter<'_>) {
    let _ = job.0;
}

#[container(Tasks<Letter<'static>> = send)]
pub struct App;

fn main() {}
