use di_axum::{container, injectable};

#[injectable(request)]
pub struct User;
#[injectable(request)]
pub struct Audit<'r> { pub user: &'r User }

#[container(User, Audit<'_>)]
pub struct App;

fn main() {}
