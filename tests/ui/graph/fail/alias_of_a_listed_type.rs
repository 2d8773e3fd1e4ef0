//! error: E0119 at 10
//! says: conflicting implementations
//! says: `ProvidedIn<App>` for type `Pool`
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
pub type Database = Pool;

#[container(Pool, Database)]
pub struct App;

fn main() {}
