use di_axum::{container, injectable};

pub trait Caller: Send + Sync {}
#[injectable(singleton)]
pub struct User;
impl Caller for User {}
pub struct Audit;
#[injectable(singleton)]
impl Audit { pub fn new(_caller: &dyn Caller) -> Self { Audit } }

#[container(User, dyn Caller = User, Audit)]
pub struct App;

fn main() {}
