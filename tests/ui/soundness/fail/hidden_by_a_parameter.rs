//! error: DI001 at 9
//! says: `__C` does not provide `__C`
// In the impl that the next handler gets, the container is a parameter of this name: what it asks for would be another type there.
use di_axum::{container, handler, injectable};

#[injectable(request)]
pub struct __C;

#[handler]
pub async fn show(_hidden: &__C) {}

#[container(__C)]
pub struct App;

fn main() {}
