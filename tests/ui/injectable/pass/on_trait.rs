use di_axum::injectable;

pub trait Mailer {}

#[injectable(singleton)]
pub struct Smtp;

impl Mailer for Smtp {}

fn main() {}
