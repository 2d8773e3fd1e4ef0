use di_axum::{Lazy, container, injectable};

#[injectable(request)]
pub struct User;

#[injectable(request)]
pub struct Users<'r> {
    pub user: Lazy<'r, User>,
}

#[container(User, Users<'_>)]
pub struct App;

fn main() {}
