use di_axum::{container, injectable};

#[derive(Debug)]
pub struct Empty;
impl std::fmt::Display for Empty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("empty") }
}
impl std::error::Error for Empty {}
pub struct Token(pub u32);
#[injectable(transient)]
pub fn token() -> Result<Token, Empty> { Ok(Token(1)) }
#[injectable(singleton)]
pub struct Mailer { pub token: Token }

#[container(Token = token, Mailer)]
pub struct App;

fn main() {}
