use di_axum::{Tasks, container, injectable, task};

#[injectable(singleton)]
pub struct Clock;

#[task]
async fn welcome(_job: u8, clock: &Clock) {
    let _ = clock;
}

#[container(Clock, Tasks<u8> = welcome)]
pub struct App;

fn main() {}
