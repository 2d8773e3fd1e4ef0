//! error: DI015 at 15
//! says: [DI015] `Rates (Few)` replaces nothing
//! says: the `Rates` of `Billing` is listed: is that one meant?
use di_axum::{container, injectable};
use di_fixture_billing::{Billing, Numbering, Rates};

pub struct Fake;
#[injectable(singleton)]
impl Fake { pub fn new() -> Self { Fake } }
impl Numbering for Fake { fn next(&self) -> usize { 7 } }
#[injectable(singleton)]
pub fn few() -> Rates { Rates::new() }

pub struct Few;
#[container(..Billing, #[replace] #[qualifier(Few)] Rates = few)]
pub struct App;

fn main() {}
