use std::sync::Arc;

use di_axum::{container, injectable};

pub trait Mailer: Send + Sync {}
#[injectable(singleton)]
pub struct Smtp;

impl Mailer for Smtp {}

#[container(Smtp)]
pub struct App {
    pub mailer: Arc<dyn Mailer>,
}

fn main() {}
