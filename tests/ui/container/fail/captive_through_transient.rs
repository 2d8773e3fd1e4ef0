//! error: DI003 at 21
//! says: `Audit` (singleton) takes `_trace: Trace`
//! says: `Trace` (transient) takes `user: &User`
//! says: `User` (request), at
use di_axum::{container, injectable};

#[injectable(request)]
pub struct User;

#[injectable(transient)]
pub struct Trace<'r> {
    pub user: &'r User,
}

pub struct Audit;
#[injectable(singleton)]
impl Audit {
    pub fn new(_trace: Trace<'_>) -> Self { Audit }
}

#[container(User, Trace<'_>, Audit)]
pub struct App;

fn main() {}
