use di_axum::{container, injectable};

pub trait Named: Sync {}
#[injectable(singleton)]
pub struct Pool;
impl Named for Pool {}
#[injectable(request)]
pub struct User<'di> { pub pool: &'di Pool }
#[injectable(request)]
pub struct Query<'q> { pub user: &'q User<'q>, pub named: &'q dyn Named }
#[injectable(request)]
pub struct Both<'long, '__q> { pub user: &'long User<'long>, pub query: &'__q Query<'__q> }

/// An error with a lifetime of its own.
pub struct Bad<'e>(pub &'e str);
impl axum::response::IntoResponse for Bad<'_> {
    fn into_response(self) -> axum::response::Response { self.0.to_string().into_response() }
}
pub struct Users;
#[injectable(request)]
impl Users { pub fn new<'e>(_pool: &Pool) -> Result<Self, Bad<'e>> { Ok(Users) } }

#[container(Pool, dyn Named = Pool, User<'_>, Query<'_>, Both<'_, '_>, Users)]
pub struct App;

fn main() {}
