//! error: E0478 at 12
//! says: lifetime bound not satisfied
//! no twin: who asks for `&'a Key<'a>` could assume that requests last forever
use std::marker::PhantomData;

use di_axum::{container, injectable};

pub struct Key<'x: 'static>(pub PhantomData<&'x ()>);
#[injectable(singleton)]
fn key() -> Key<'static> { Key(PhantomData) }

#[container(Key<'_> = key)]
pub struct App;

fn main() {}
