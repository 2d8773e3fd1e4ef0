//! error: E0106 at 13
//! says: User<'di>
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct User<'r> { pub pool: &'r Pool }

pub trait Named: Sync {}
impl Named for User<'_> {}

#[container(Pool, User<'_>, dyn Named = User)]
pub struct App;

fn main() {}
