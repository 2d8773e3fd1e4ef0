use di_axum::{Tasks, container, injectable, task};

pub struct Caller;

#[injectable(request)]
impl Caller {
    fn new() -> Self { Caller }
}

#[task]
async fn welcome(_job: u8, caller: &Caller) {
    let _ = caller;
}

#[container(Caller, Tasks<u8> = welcome)]
pub struct App;

fn main() {}
