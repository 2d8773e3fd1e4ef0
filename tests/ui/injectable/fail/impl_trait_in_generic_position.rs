//! error: plain at 12
//! says: a dependency
use di_axum::injectable;

use std::sync::Arc;

pub trait Mailer: Send + Sync {}
pub struct Users;

#[injectable(singleton)]
impl Users {
    pub fn new(_mailer: Arc<impl Mailer>) -> Self { Users }
}

fn main() {}
