use di_axum::{container, injectable};

pub trait Mailer: Send + Sync {}
#[injectable(singleton)]
pub struct Smtp;
impl Mailer for Smtp {}
#[injectable(request)]
pub struct Users<'r> { pub mailer: &'r dyn Mailer }

#[container(Smtp, dyn Mailer = Smtp, Users<'_>)]
pub struct App;

fn main() {}
