//! error: DI001 at 21
//! says: [DI001] nothing provides `Smtp`
//! says: `dyn Mailer` is bound to it
//! says: needed by the handler `invite` for `mailer: &dyn Mailer`
//! says: also asked for by `Retrying`
//! says: help: add `Smtp` to the list of `App`
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

#[container(dyn Mailer = Smtp, Retrying, handlers(invite))]
pub struct App;

fn main() {}
