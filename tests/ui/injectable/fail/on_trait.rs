//! error: plain at 6
//! says: a trait cannot be constructed
use di_axum::injectable;

#[injectable(singleton)]
pub trait Mailer {}

pub struct Smtp;

impl Mailer for Smtp {}

fn main() {}
