//! error: DI011 at 14
//! says: [DI011] `Rates` is provided twice, by the provider `few` and by the module `Billing`
//! says: help: keep one of them; or let this one take the place of the other, with `#[replace]` in front of it
use di_axum::{container, injectable};
use di_fixture_billing::{Billing, Numbering, Rates};

pub struct Fake;
#[injectable(singleton)]
impl Fake { pub fn new() -> Self { Fake } }
impl Numbering for Fake { fn next(&self) -> usize { 7 } }
#[injectable(singleton)]
pub fn few() -> Rates { Rates::new() }

#[container(..Billing, Rates = few)]
pub struct App;

fn main() {}
