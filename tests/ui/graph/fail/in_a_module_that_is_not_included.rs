//! error: DI001 at 13
//! says: [DI001] nothing provides `Ledger`
//! says: the module `Billing` lists it, at
//! says: help: include it in the list of `App`, `..Billing`
use std::sync::Arc;

use di_axum::{container, injectable};
use di_fixture_billing::Ledger;

#[injectable(singleton)]
pub struct Audit { pub ledger: Arc<Ledger> }

#[container(Audit)]
pub struct App;

fn main() {}
