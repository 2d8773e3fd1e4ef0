//! error: plain at 8
//! says: a dependency has to be a named type
use di_axum::handler;

pub trait Mailer: Send + Sync {}

#[handler]
pub async fn show(_mailer: &impl Mailer) {}

fn main() {}
