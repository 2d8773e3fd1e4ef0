//! error: plain at 11
//! says: bind that in the container, `dyn Mailer = Type`
use std::sync::Arc;

use di_axum::injectable;

pub trait Mailer: Send + Sync {}
pub struct Smtp;
impl Mailer for Smtp {}
#[injectable(singleton)]
fn mailer() -> Arc<dyn Mailer> { Arc::new(Smtp) }

fn main() {}
