//! error: DI023 at 11
//! says: only a request-scoped value is replaced by what is made of each request
//! says: replace::<T>(value)
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Clock;
#[container(Clock)]
pub struct App;

fn main() { let _ = App::builder().replace_with::<Clock>(|_head| Box::new(Clock)); }
