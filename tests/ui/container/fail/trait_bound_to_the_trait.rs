//! error: DI002 at 11
//! says: [DI002] a cycle: `dyn Mailer` -> `dyn Mailer`
//! says: help: bind it to the type that implements it, `dyn Mailer = Type`
use di_axum::{container, injectable};

pub trait Mailer: Send + Sync {}
#[injectable(singleton)]
pub struct Smtp;
impl Mailer for Smtp {}

#[container(Smtp, dyn Mailer = dyn Mailer)]
pub struct App;

fn main() {}
