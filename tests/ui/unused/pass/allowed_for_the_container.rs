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

#[container(Settings, Pool, Smtp, dyn Mailer = Smtp, ..Billing, handlers(show))]
#[allow(unused)]
pub struct App {
    pub env: Env,
}

fn main() {}
