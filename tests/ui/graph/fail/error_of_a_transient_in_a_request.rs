//! error: DI008 at 12
//! says: the error of `Token` would be the answer to a request
use di_axum::{container, injectable};

pub struct Empty;
pub struct Token(pub u32);
#[injectable(transient)]
pub fn token() -> Result<Token, Empty> { Ok(Token(1)) }
#[injectable(request)]
pub struct Mailer { pub token: Token }

#[container(Token = token, Mailer)]
pub struct App;

fn main() {}
