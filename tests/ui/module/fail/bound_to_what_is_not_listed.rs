//! error: DI001 at 18
//! says: [DI001] nothing provides `Smtp`
//! says: `dyn Mailer` is bound to it
//! says: the module `Mails` lists it
//! says: help: include it in the list of `App`, `..Mails`
use di_axum::{container, injectable, module};

pub trait Mailer: Send + Sync {}
#[injectable(singleton)]
pub struct Smtp;
impl Mailer for Smtp {}

#[module(Smtp)]
pub struct Mails;
#[module(dyn Mailer = Smtp)]
pub struct Sending;

#[container(..Sending)]
pub struct App;

fn main() {}
