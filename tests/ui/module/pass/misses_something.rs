use di_axum::{container, injectable, module};

pub struct Replica;
pub struct Pool;
#[injectable(singleton)]
pub fn replica() -> Pool {
    Pool
}
#[injectable(request)]
pub struct Users<'r> {
    #[inject(Replica)]
    pub pool: &'r Pool,
}
#[module(Users<'_>, #[qualifier(Replica)] Pool = replica)]
pub struct Db;
#[container(..Db)]
pub struct App;

fn main() {}
