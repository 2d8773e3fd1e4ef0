//! error: plain at 10
//! says: a provider has to return a named type
use di_axum::injectable;

pub trait Mailer: Send + Sync {}
pub struct Smtp;
impl Mailer for Smtp {}

#[injectable(singleton)]
fn mailer() -> impl Mailer {
    Smtp
}

fn main() {}
