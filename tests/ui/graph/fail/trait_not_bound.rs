//! error: DI001 at 13
//! says: [DI001] nothing provides `dyn Mailer`
//! says: help: bind it in the list of `App` to a listed type that implements it, `dyn Mailer = Type`
use di_axum::{container, injectable};

pub trait Mailer: Send + Sync {}
#[injectable(singleton)]
pub struct Smtp;
impl Mailer for Smtp {}
#[injectable(request)]
pub struct Users<'r> { pub mailer: &'r dyn Mailer }

#[container(Smtp, Users<'_>)]
pub struct App;

fn main() {}
