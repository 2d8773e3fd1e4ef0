use di_axum::{container, injectable};

pub trait Mailer: Send + Sync {}
#[injectable(singleton)]
pub struct Smtp;
impl Mailer for Smtp {}
#[injectable(singleton)]
pub struct Fake;
impl Mailer for Fake {}

#[container(Smtp, Fake, dyn Mailer = Smtp)]
pub struct App;

fn main() {}
