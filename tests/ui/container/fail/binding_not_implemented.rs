//! error: E0277 at 10
//! says: Mailer
//! says: Smtp
use di_axum::{container, injectable};

pub trait Mailer: Send + Sync {}
#[injectable(singleton)]
pub struct Smtp;

#[container(Smtp, dyn Mailer = Smtp)]
pub struct App;

fn main() {}
