//! error: DI009 at 12
//! says: the error of `Token` would be returned by `build()`
use di_axum::{container, injectable};

pub struct Empty;
pub struct Token(pub u32);
#[injectable(transient)]
pub fn token() -> Result<Token, Empty> { Ok(Token(1)) }
#[injectable(singleton)]
pub struct Mailer { pub token: Token }

#[container(Token = token, Mailer)]
pub struct App;

fn main() {}
