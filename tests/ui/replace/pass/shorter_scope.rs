use di_axum::{container, injectable};
use di_fixture_billing::{Billing, Numbering, Rates};

pub struct Fake;
#[injectable(singleton)]
impl Fake { pub fn new() -> Self { Fake } }
impl Numbering for Fake { fn next(&self) -> usize { 7 } }
#[injectable(singleton)]
pub fn few() -> Rates { Rates::new() }

#[injectable(singleton)]
pub struct PerRequest;
impl Numbering for PerRequest { fn next(&self) -> usize { 7 } }
#[injectable(singleton)] impl Report { pub fn new(_n: &dyn Numbering) -> Self { Report } } pub struct Report;
#[container(..Billing, Report, PerRequest, #[replace] dyn Numbering = PerRequest)]
pub struct App;

fn main() {}
