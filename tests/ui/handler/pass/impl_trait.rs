use di_axum::handler;

pub trait Mailer: Send + Sync {}

#[handler]
pub async fn show(_mailer: &dyn Mailer) {}

fn main() {}
