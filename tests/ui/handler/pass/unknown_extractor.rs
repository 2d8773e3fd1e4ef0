use di_axum::{container, handler};

use axum::Json;
#[derive(Debug)]
pub struct Invite;
impl<S: Sync> axum::extract::FromRequest<S> for Invite {
    type Rejection = std::convert::Infallible;
    async fn from_request(_: axum::extract::Request, _: &S) -> Result<Self, Self::Rejection> { Ok(Invite) }
}
#[handler]
pub async fn invite(_invite: Invite) -> Json<u32> { Json(1) }

#[container(handlers(invite))]
pub struct App;

fn main() {}
