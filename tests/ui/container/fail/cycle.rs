//! error: DI002 at 24
//! says: `Orders` -> `dyn Payments` -> `Stripe` -> `Orders`
use std::sync::Arc;

use di_axum::{container, injectable};

pub trait Payments: Send + Sync {}

#[injectable(singleton)]
pub struct Orders {
    pub payments: Arc<dyn Payments>,
}

#[injectable(singleton)]
pub struct Stripe {
    pub orders: Arc<Orders>,
}

impl Payments for Stripe {}

#[container(
    Orders,
    dyn Payments = Stripe,
    Stripe,
)]
pub struct App;

fn main() {}
