use std::sync::Arc;

use di_axum::{container, injectable};
use di_fixture_billing::Ledger;

#[injectable(singleton)]
pub struct Audit { pub ledger: Arc<Ledger> }

#[container(Audit, ..di_fixture_billing::Billing)]
pub struct App;

fn main() {}
