//! error: DI005 at 14
//! says: `User` is request-scoped and cannot be held as `Arc`
//! says: `Audit` (singleton) takes `user: Arc<User>`
//! says: help: make `Audit` `request`, and write `user: &User`; or pass what is needed of it as an argument of a method
use std::sync::Arc;

use di_axum::{container, injectable};

#[injectable(request)]
pub struct User;
#[injectable(singleton)]
pub struct Audit { pub user: Arc<User> }

#[container(User, Audit)]
pub struct App;

fn main() {}
