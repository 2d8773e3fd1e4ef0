use std::sync::Arc;

use di_axum::{container, injectable};

#[injectable(request)]
pub struct User;
pub struct Users;
#[injectable(request)]
impl Users { pub fn new(_user: &User) -> Self { let _: Option<Arc<u8>> = None; Users } }

#[container(User, Users)]
pub struct App;

fn main() {}
