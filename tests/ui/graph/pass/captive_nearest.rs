use std::sync::Arc;

use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct User;
pub struct Audit;
#[injectable(singleton)]
impl Audit { pub fn new(_user: &User) -> Self { Audit } }
#[injectable(singleton)]
pub struct Reports { pub audit: Arc<Audit> }
#[container(Reports, User, Audit)]
pub struct App;

fn main() {}
