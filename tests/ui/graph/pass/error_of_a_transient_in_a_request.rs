use di_axum::{container, injectable};

pub struct Empty;
impl axum::response::IntoResponse for Empty {
    fn into_response(self) -> axum::response::Response { axum::http::StatusCode::CONFLICT.into_response() }
}
pub struct Token(pub u32);
#[injectable(transient)]
pub fn token() -> Result<Token, Empty> { Ok(Token(1)) }
#[injectable(request)]
pub struct Mailer { pub token: Token }

#[container(Token = token, Mailer)]
pub struct App;

fn main() {}
