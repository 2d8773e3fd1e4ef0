use di_axum::{container, handler, injectable, module};

pub struct Env;
#[injectable(singleton)]
pub struct Settings;
#[injectable(singleton)]
pub struct Pool;
pub trait Mailer: Send + Sync {}
#[injectable(request)]
pub struct Smtp;
impl Mailer for Smtp {}
#[injectable(singleton)]
pub struct Ledger;
#[injectable(singleton)]
pub struct Rates;
#[module(Ledger, Rates)]
pub struct Billing;
#[handler]
pub async fn show(_pool: &Pool, _smtp: &Smtp) {}

#[container(
    #[allow(unused)]
    Settings,
    Pool,
    Smtp,
    #[allow(unused, reason = "of a later version")]
    dyn Mailer = Smtp,
    #[allow(unused)]
    ..Billing,
    handlers(show),
)]
pub struct App {
    #[allow(unused)]
    pub env: Env,
}

fn main() {}
