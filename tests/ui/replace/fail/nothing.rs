//! error: DI015 at 16
//! says: [DI015] `dyn Other` replaces nothing: no included module and no other entry lists it by this name
//! says: help: take `#[replace]` away
use di_axum::{container, injectable};
use di_fixture_billing::{Billing, Numbering, Rates};

pub struct Fake;
#[injectable(singleton)]
impl Fake { pub fn new() -> Self { Fake } }
impl Numbering for Fake { fn next(&self) -> usize { 7 } }
#[injectable(singleton)]
pub fn few() -> Rates { Rates::new() }

pub trait Other: Send + Sync {}
impl Other for Fake {}
#[container(..Billing, Fake, #[replace] dyn Other = Fake)]
pub struct App;

fn main() {}
