//! error: DI005 at 15
//! says: `User` is request-scoped and cannot be held as `Arc`
//! says: `Users` (request) takes `user: Arc<User>`
//! says: help: write `user: &User`
use std::sync::Arc;

use di_axum::{container, injectable};

#[injectable(request)]
pub struct User;
pub struct Users;
#[injectable(request)]
impl Users { pub fn new(user: Arc<User>) -> Self { drop(user); Users } }

#[container(User, Users)]
pub struct App;

fn main() {}
