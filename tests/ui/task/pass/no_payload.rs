use di_axum::{Tasks, container, task};

#[task]
async fn clean(_job: ()) {}

#[container(Tasks<()> = clean)]
pub struct App;

fn main() {}
