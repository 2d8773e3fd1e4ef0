//! error: DI001 at 14
//! says: nothing provides `Pool`
//! says: another type of this name is provided, by the entry `db::Pool`
use di_axum::{container, injectable};

pub mod db {
    #[di_axum::injectable(singleton)]
    pub struct Pool;
}
pub struct Pool;
#[injectable(request)]
pub struct Users<'r> { pub pool: &'r Pool }

#[container(db::Pool, Users<'_>)]
pub struct App;

fn main() {}
