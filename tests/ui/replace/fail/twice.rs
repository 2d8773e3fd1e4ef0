//! error: DI011 at 14
//! says: [DI011] `dyn Numbering` is replaced twice, by the binding to `Fake`
//! says: help: keep one of them
use di_axum::{container, injectable};
use di_fixture_billing::{Billing, Numbering, Rates};

pub struct Fake;
#[injectable(singleton)]
impl Fake { pub fn new() -> Self { Fake } }
impl Numbering for Fake { fn next(&self) -> usize { 7 } }
#[injectable(singleton)]
pub fn few() -> Rates { Rates::new() }

#[container(..Billing, Fake, #[replace] dyn Numbering = Fake, #[replace] dyn Numbering = Fake)]
pub struct App;

fn main() {}
