use di_axum::{container, injectable};

pub mod db {
    #[di_axum::injectable(singleton)]
    pub struct Pool;
}
pub struct Pool;
#[injectable(request)]
pub struct Users<'r> { pub pool: &'r db::Pool }

#[container(db::Pool, Users<'_>)]
pub struct App;

fn main() {}
