use di_axum::{container, injectable};

pub trait Mailer: Send + Sync {}
#[injectable(singleton)]
pub struct Smtp;
impl Mailer for Smtp {}

#[container(Smtp, dyn Mailer = Smtp)]
pub struct App;

fn main() {}
