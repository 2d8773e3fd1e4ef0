use std::sync::Arc;

use di_axum::{container, injectable};

pub trait Mailer: Send + Sync {}
#[injectable(singleton)]
pub struct Smtp;
impl Mailer for Smtp {}
#[injectable(singleton)]
pub struct Retrying { pub inner: Arc<Smtp> }
impl Mailer for Retrying {}

#[container(dyn Mailer = Retrying, Retrying, Smtp)]
pub struct App;

fn main() {}
