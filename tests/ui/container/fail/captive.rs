//! error: DI003 at 18
//! says: the singleton `Audit` would keep a request-scoped value
//! says: `Audit` (singleton)
//! says: -> `User` (request)
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
