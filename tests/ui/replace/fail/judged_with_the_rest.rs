//! error: DI002 at 16
//! says: [DI002] a cycle: `Slow` -> `dyn Numbering` -> `Slow`
use di_axum::{container, injectable};
use di_fixture_billing::{Billing, Numbering, Rates};

pub struct Fake;
#[injectable(singleton)]
impl Fake { pub fn new() -> Self { Fake } }
impl Numbering for Fake { fn next(&self) -> usize { 7 } }
#[injectable(singleton)]
pub fn few() -> Rates { Rates::new() }

#[injectable(singleton)]
pub struct Slow { pub next: std::sync::Arc<dyn Numbering> }
impl Numbering for Slow { fn next(&self) -> usize { self.next.next() } }
#[container(..Billing, Slow, #[replace] dyn Numbering = Slow)]
pub struct App;

fn main() {}
