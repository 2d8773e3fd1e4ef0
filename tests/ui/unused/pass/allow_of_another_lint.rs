use di_axum::{container, injectable};
use di_fixture_billing::{Billing, Numbering, Rates};

pub struct Fake;
#[injectable(singleton)]
impl Fake { pub fn new() -> Self { Fake } }
impl Numbering for Fake { fn next(&self) -> usize { 7 } }
#[injectable(singleton)]
pub fn few() -> Rates { Rates::new() }

#[container(..Billing, Fake, #[allow(unused)] #[replace] Rates = few)]
pub struct App;

fn main() {}
