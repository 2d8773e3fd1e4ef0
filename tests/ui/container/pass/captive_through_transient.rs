use di_axum::{container, injectable};

#[injectable(singleton)]
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
