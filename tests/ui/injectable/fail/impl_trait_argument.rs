//! error: plain at 10
//! says: a dependency has to be a named type
use di_axum::injectable;

pub trait Mailer: Send + Sync {}
pub struct Users;

#[injectable(singleton)]
impl Users {
    pub fn new(_mailer: &impl Mailer) -> Self {
        Users
    }
}

fn main() {}
