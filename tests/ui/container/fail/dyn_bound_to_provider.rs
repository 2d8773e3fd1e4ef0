//! error: plain at 11
use di_axum::{container, injectable};

pub trait Mailer: Send + Sync {}
pub struct Smtp;
impl Mailer for Smtp {}

#[injectable(singleton)]
fn smtp() -> Smtp { Smtp }

#[container(dyn Mailer = smtp)]
pub struct App;

fn main() {}
