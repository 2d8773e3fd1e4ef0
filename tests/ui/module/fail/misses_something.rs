//! error: DI001 at 19
//! says: [DI001] nothing provides `Pool`
//! says: `Users` (request) takes `pool: &Pool`
//! says: `Pool` is provided under `Replica`: is `#[inject(Replica)]` meant?
use di_axum::{container, injectable, module};

pub struct Replica;
pub struct Pool;
#[injectable(singleton)]
pub fn replica() -> Pool {
    Pool
}
#[injectable(request)]
pub struct Users<'r> {
    pub pool: &'r Pool,
}
#[module(Users<'_>, #[qualifier(Replica)] Pool = replica)]
pub struct Db;
#[container(..Db)]
pub struct App;

fn main() {}
