use di_axum::{container, injectable};

pub trait Mailer: Send + Sync {}
pub struct Smtp;
impl Mailer for Smtp {}

#[injectable(singleton)]
fn smtp() -> Smtp { Smtp }

#[container(Smtp = smtp, dyn Mailer = Smtp)]
pub struct App;

fn main() {}
