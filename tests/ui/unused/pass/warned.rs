//! warning: DI016 at 31
//! warning: DI016 at 34
//! warning: DI016 at 35
//! warning: DI016 at 39
//! says: [DI016] none of the listed handlers needs `Settings`
//! says: [DI016] none of the listed handlers needs `dyn Mailer`
//! says: [DI016] none of the listed handlers needs anything that `Billing` lists
//! says: help: take `..Billing` off the list of `App`
//! says: [DI016] none of the listed handlers needs the field `env: Env`
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
    Settings,
    Pool,
    Smtp,
    dyn Mailer = Smtp,
    ..Billing,
    handlers(show),
)]
pub struct App {
    pub env: Env,
}

fn main() {}
