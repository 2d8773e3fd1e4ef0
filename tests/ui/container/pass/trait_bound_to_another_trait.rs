use di_axum::{container, injectable};

pub trait Sender: Send + Sync {}
pub trait Mailer: Sender {}
#[injectable(singleton)]
pub struct Smtp;
impl Sender for Smtp {}
impl Mailer for Smtp {}

#[container(Smtp, dyn Mailer = Smtp, dyn Sender = Smtp)]
pub struct App;

fn main() {}
