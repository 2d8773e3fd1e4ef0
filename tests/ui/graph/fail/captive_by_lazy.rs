//! error: DI003 at 19
//! says: the singleton `Audit` would keep the request-scoped `User`
//! says: `Audit` (singleton) takes `user: Lazy<User>`
use di_axum::{Lazy, container, injectable};

#[injectable(request)]
pub struct User;

pub struct Audit;

#[injectable(singleton)]
impl Audit {
    pub fn new(user: Lazy<'_, User>) -> Self {
        let _: Lazy<'_, User> = user;
        Audit
    }
}

#[container(User, Audit)]
pub struct App;

fn main() {}
