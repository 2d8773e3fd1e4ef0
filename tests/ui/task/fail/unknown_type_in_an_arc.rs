//! error: E0425 at 11
//! says: cannot find type `Clok`
use std::sync::Arc;

use di_axum::{container, injectable, task, Tasks};

#[injectable(singleton)]
pub struct Clock;
pub struct Job;
#[task]
async fn run(_job: Job, _clock: Arc<Clok>) {}

#[container(Clock, Tasks<Job> = run)]
pub struct App;

fn main() {}
