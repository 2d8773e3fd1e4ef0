//! error: plain at 10
//! says: write `dyn Mailer = Type`
use di_axum::{container, injectable};

pub trait Mailer: Send + Sync {}
#[injectable(singleton)]
pub struct Smtp;
impl Mailer for Smtp {}

#[container(Smtp, dyn Mailer)]
pub struct App;

fn main() {}
