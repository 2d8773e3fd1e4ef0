//! error: DI024 at 14
//! says: `User` is request-scoped and cannot be held as `LazyArc`
//! says: help: write `user: Lazy<User>`
use di_axum::{LazyArc, container, injectable};

#[injectable(request)]
pub struct User;

#[injectable(request)]
pub struct Users {
    pub user: LazyArc<User>,
}

#[container(User, Users)]
pub struct App;

fn main() {}
