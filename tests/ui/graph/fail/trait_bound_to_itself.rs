//! error: DI002 at 17
//! says: a cycle: `dyn Mailer` -> `Retrying` -> `dyn Mailer`
//! says: `dyn Mailer` (singleton) is bound to `Retrying`
//! says: `Retrying` (singleton) takes `inner: Arc<dyn Mailer>`
use std::sync::Arc;

use di_axum::{container, injectable};

pub trait Mailer: Send + Sync {}
#[injectable(singleton)]
pub struct Smtp;
impl Mailer for Smtp {}
#[injectable(singleton)]
pub struct Retrying { pub inner: Arc<dyn Mailer> }
impl Mailer for Retrying {}

#[container(dyn Mailer = Retrying, Retrying, Smtp)]
pub struct App;

fn main() {}
