use di_axum::injectable;

pub trait Mailer: Send + Sync {}
pub struct Smtp;
impl Mailer for Smtp {}
#[injectable(singleton)]
fn mailer() -> Smtp { Smtp }

fn main() {}
