//! error: DI011 at 13
//! says: [DI011] `dyn Mailer` is provided twice, by the field `mailer` and by the binding to `Smtp`
use std::sync::Arc;

use di_axum::{container, injectable};

pub trait Mailer: Send + Sync {}
#[injectable(singleton)]
pub struct Smtp;

impl Mailer for Smtp {}

#[container(Smtp, dyn Mailer = Smtp)]
pub struct App {
    pub mailer: Arc<dyn Mailer>,
}

fn main() {}
