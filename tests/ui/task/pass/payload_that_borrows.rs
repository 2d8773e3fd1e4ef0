use di_axum::{Tasks, container, task};

pub struct Letter<'a>(&'a str);

#[task]
async fn send(job: Letter<'static>) {
    let _ = job.0;
}

#[container(Tasks<Letter<'static>> = send)]
pub struct App;

fn main() {}
