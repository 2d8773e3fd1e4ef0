//! error: plain at 12
//! says: list `Type = smtp`, and bind `dyn Mailer = Type`
use di_axum::{container, injectable};

pub trait Mailer: Send + Sync {}
pub struct Smtp;
impl Mailer for Smtp {}

#[injectable(singleton)]
fn smtp() -> Smtp { Smtp }

#[container(dyn Mailer = smtp)]
pub struct App;

fn main() {}
