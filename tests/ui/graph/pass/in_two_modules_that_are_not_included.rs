use di_axum::{container, injectable, module};

#[injectable(singleton)]
pub struct Mailer;
#[module(Mailer)]
pub struct Sending;
#[module(Mailer)]
pub struct Testing;
#[injectable(request)]
pub struct Orders<'r> { pub mailer: &'r Mailer }

#[container(..Sending, Orders<'_>)]
pub struct App;

fn main() {}
