//! error: DI011 at 13
//! says: `dyn Mailer` is provided twice, by the binding to `Smtp` and by the binding to `Fake`
use di_axum::{container, injectable};

pub trait Mailer: Send + Sync {}
#[injectable(singleton)]
pub struct Smtp;
impl Mailer for Smtp {}
#[injectable(singleton)]
pub struct Fake;
impl Mailer for Fake {}

#[container(Smtp, Fake, dyn Mailer = Smtp, dyn Mailer = Fake)]
pub struct App;

fn main() {}
