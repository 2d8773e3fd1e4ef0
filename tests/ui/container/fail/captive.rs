//! error: DI003 at 19
//! says: the singleton `Audit` would keep the request-scoped `User`
//! says: `Audit` (singleton) takes `_user: &User`
//! says: `User` (request), at
//! says: help: make `Audit` `request`
use di_axum::{container, injectable};

#[injectable(request)]
pub struct User;

pub struct Audit;

#[injectable(singleton)]
impl Audit {
    pub fn new(_user: &User) -> Self {
        Audit
    }
}
#[container(User, Audit)]
pub struct App;

fn main() {}
