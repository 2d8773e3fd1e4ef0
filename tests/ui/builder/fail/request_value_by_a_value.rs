//! error: DI023 at 13
//! says: only a singleton is replaced by a value
//! says: replace_with::<T>(|head| ..)
use std::sync::Arc;

use di_axum::{container, injectable};

#[injectable(request)]
pub struct Caller;
#[container(Caller)]
pub struct App;

fn main() { let _ = App::builder().replace(Arc::new(Caller)); }
