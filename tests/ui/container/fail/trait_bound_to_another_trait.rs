//! error: plain at 12
//! says: `dyn Sender` is bound to a type, and `dyn Mailer` is a trait object
use di_axum::{container, injectable};

pub trait Sender: Send + Sync {}
pub trait Mailer: Sender {}
#[injectable(singleton)]
pub struct Smtp;
impl Sender for Smtp {}
impl Mailer for Smtp {}

#[container(Smtp, dyn Mailer = Smtp, dyn Sender = dyn Mailer)]
pub struct App;

fn main() {}
