//! error: plain at 15
//! says: lifetime may not live long enough
//! no twin: `Handle<dyn Name>` is `Handle<dyn Name + 'static>`, which may be kept
use std::sync::Arc as Handle;

use di_axum::{container, injectable};

pub trait Name: Send + Sync {}
#[injectable(request)]
pub struct User;
impl Name for &User {}
#[injectable(request)]
fn named<'a>(user: &'a User) -> Handle<dyn Name + 'a> { Handle::new(user) }

#[container(User, Handle<dyn Name> = named)]
pub struct App;

fn main() {}
