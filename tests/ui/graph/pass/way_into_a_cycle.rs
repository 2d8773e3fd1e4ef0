use std::sync::Arc;

use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct A { pub b: Arc<B> }
#[injectable(singleton)]
pub struct B { pub c: Arc<C> }
#[injectable(singleton)]
pub struct C;

#[container(A, B, C)]
pub struct App;

fn main() {}
