//! error: DI001 at 16
//! says: [DI001] nothing provides `dyn Clock`
//! says: help: bind it in the list of `App`
use di_axum::{container, injectable};

pub trait Clock: Send + Sync {}
pub trait Mailer: Send + Sync {}
#[injectable(singleton)]
pub struct Smtp;
impl Mailer for Smtp {}
#[injectable(singleton)]
pub struct Watch;
impl Clock for Watch {}
#[injectable(request)]
pub struct Users<'r> { pub clock: &'r dyn Clock }
#[container(Smtp, dyn Mailer = Smtp, Users<'_>)]
pub struct App;

fn main() {}
