//! error: DI001 at 15
//! says: nothing provides `Pinned`
//! no twin: the alias hides a lifetime, and its users would keep what ends with the request
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct Users<'r> { pub pool: &'r Pool }
pub trait Repo: Send + Sync {}
impl Repo for Users<'_> {}
type Pinned<'a> = Users<'static>;

#[rustfmt::skip]
#[container(Pool, Users<'_>, dyn Repo = Pinned<'_>)]
pub struct App;

fn main() {}
