//! error: DI001 at 12
//! says: [DI001] nothing provides `Ledger`
//! says: help: add `Ledger` to the list of `App`, include a module that lists it, or hand it in as a field of `App`
use std::sync::Arc;

use di_axum::{container, injectable};
use di_fixture_billing::Ledger;

#[injectable(singleton)]
pub struct Audit { pub ledger: Arc<Ledger> }

#[container(Audit)]
pub struct App;

fn main() {}
