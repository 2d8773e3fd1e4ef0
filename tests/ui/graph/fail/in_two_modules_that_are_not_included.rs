//! error: DI001 at 15
//! says: [DI001] nothing provides `Mailer`, which is listed by several modules that are not included
//! says: include one of them
use di_axum::{container, injectable, module};

#[injectable(singleton)]
pub struct Mailer;
#[module(Mailer)]
pub struct Sending;
#[module(Mailer)]
pub struct Testing;
#[injectable(request)]
pub struct Orders<'r> { pub mailer: &'r Mailer }

#[container(Orders<'_>)]
pub struct App;

fn main() {}
