use std::sync::Arc;

use di_axum::{container, handler, injectable};

pub trait Mailer: Send + Sync {}
#[injectable(singleton)]
pub struct Smtp;
impl Mailer for Smtp {}
#[injectable(singleton)]
pub struct Retrying { pub smtp: Arc<Smtp> }

#[handler]
pub async fn invite(mailer: &dyn Mailer, _retrying: &Retrying) { let _ = mailer; }

#[container(dyn Mailer = Smtp, Retrying, Smtp, handlers(invite))]
pub struct App;

fn main() {}
