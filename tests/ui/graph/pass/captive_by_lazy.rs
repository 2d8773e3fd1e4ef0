use di_axum::{Lazy, container, injectable};

#[injectable(request)]
pub struct User;

pub struct Audit;

#[injectable(request)]
impl Audit {
    pub fn new(user: Lazy<'_, User>) -> Self {
        let _: Lazy<'_, User> = user;
        Audit
    }
}

#[container(User, Audit)]
pub struct App;

fn main() {}
