use di_axum::{container, injectable, module};

pub trait Mailer: Send + Sync {}
#[injectable(singleton)]
pub struct Smtp;
impl Mailer for Smtp {}

#[module(Smtp)]
pub struct Mails;
#[module(dyn Mailer = Smtp)]
pub struct Sending;

#[container(..Sending, ..Mails)]
pub struct App;

fn main() {}
