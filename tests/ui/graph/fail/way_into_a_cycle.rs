//! error: DI002 at 15
//! says: a cycle: `B` -> `C` -> `B`
//! says: the way into it: `A` -> `B`
use std::sync::Arc;

use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct A { pub b: Arc<B> }
#[injectable(singleton)]
pub struct B { pub c: Arc<C> }
#[injectable(singleton)]
pub struct C { pub b: Arc<B> }

#[container(A, B, C)]
pub struct App;

fn main() {}
