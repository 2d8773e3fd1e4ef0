use di_axum::{container, injectable};

#[injectable(request)]
pub struct User;

pub struct Audit;

#[injectable(request)]
impl Audit {
    pub fn new(_user: &User) -> Self {
        Audit
    }
}
#[container(User, Audit)]
pub struct App;

fn main() {}
