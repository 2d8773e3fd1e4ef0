use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct User<'r> { pub pool: &'r Pool }

pub trait Named: Sync {}
impl Named for User<'_> {}

#[container(Pool, User<'_>, dyn Named = User<'_>)]
pub struct App;

fn main() {}
