//! error: plain at 10
//! says: `dyn Trait = Type`
use di_axum::{container, injectable};

pub trait Mailer: Send + Sync {}
#[injectable(singleton)]
pub struct Smtp;
impl Mailer for Smtp {}

#[container(Smtp, impl Mailer = Smtp)]
pub struct App;

fn main() {}
