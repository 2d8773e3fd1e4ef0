//! error: E0308 at 9
//! says: mismatched types
//! no twin: a field called `Arc<T>` provides `T`, so it has to be std's
use di_axum::container;

type Arc<T> = std::sync::Arc<std::sync::Mutex<T>>;

#[container()]
pub struct App { pub name: Arc<String> }

fn main() {}
