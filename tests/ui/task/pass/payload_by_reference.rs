use di_axum::{Tasks, container, task};

pub struct Welcome;

#[task]
async fn welcome(job: Welcome) {
    let _ = job;
}

#[container(Tasks<Welcome> = welcome)]
pub struct App;

fn main() {}
