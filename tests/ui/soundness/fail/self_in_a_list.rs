//! error: plain at 8
//! says: in a list there is no `Self`
//! no twin: `Self` would be another type in each impl that is written
use di_axum::container;

pub trait Join<T>: Send + Sync {}

#[container(dyn Join<Self> = Joiner)]
pub struct App;

fn main() {}
