//! `#[replace]`: an entry in the place of another one, also of a module of another crate.

use std::sync::Arc;

use axum::{Router, routing::get};
use di_axum::{container, injectable, module};
use di_fixture_billing::{Billing, Ledger, Numbering, Rates, invoice};

use crate::support::text;

struct Fixed;

#[injectable(singleton)]
impl Fixed {
    fn new() -> Self {
        Fixed
    }
}

impl Numbering for Fixed {
    fn next(&self) -> usize {
        7
    }
}

#[injectable(singleton)]
fn cheap() -> Rates {
    Rates::from([("small", 1)])
}

fn names(graph: di_axum::Graph) -> Vec<&'static str> {
    graph.nodes().map(|node| node.name).collect()
}

/// A binding by another, and a provider by what is handed in. What only the replaced ones needed is no warning: this crate
/// denies those.
#[container(..Billing, Fixed, #[replace] dyn Numbering = Fixed, handlers(invoice))]
#[deny(unused)]
struct App {
    #[replace]
    rates: Rates,
}

#[tokio::test]
async fn entries_and_fields_replace_those_of_a_module() {
    let rates = Rates::from([("small", 2)]);
    let app = App::build(rates).await.expect("nothing fails");
    let router = Router::new().route("/{plan}", get(invoice)).with_state(app);
    assert_eq!(text(&router, "/small").await, "invoice 7: small for 2");
    assert_eq!(
        names(App::graph()),
        [
            "Rates",
            "Fixed",
            "dyn Numbering",
            "Ledger",
            "Consecutive",
            "Invoices",
            "invoice"
        ]
    );
}

mod fakes {
    use super::*;

    /// Replaces for whoever includes it.
    #[module(..Billing, #[replace] Rates = cheap)]
    pub(super) struct Fakes;
}

/// The module that is replaced in is reached by two paths, and the first one is without the replacement.
#[container(..Billing, ..fakes::Fakes, ..Again)]
struct Both;

#[module(..fakes::Fakes, ..Billing)]
struct Again;

#[tokio::test]
async fn a_module_replaces_wherever_the_other_is_included() {
    let app = Both::build().await.expect("nothing fails");
    assert_eq!(app.get::<Rates>().get("small"), Some(&1));
    assert_eq!(names(Both::graph()).len(), 5);
}

/// What a module has replaced can be replaced again.
#[container(..fakes::Fakes, ..Billing, #[replace] di_fixture_billing::Rates = none)]
struct Third;

#[injectable(singleton)]
fn none() -> Rates {
    Rates::new()
}

#[tokio::test]
async fn a_replacement_is_replaced() {
    let app = Third::build().await.expect("nothing fails");
    assert!(app.get::<Rates>().is_empty());
}

/// Types of one name, in modules and beside them, with nothing in common.
mod names {
    use super::*;

    pub(super) struct Ledger(pub(super) u8);

    #[injectable(singleton)]
    pub(super) fn ledger() -> Ledger {
        Ledger(1)
    }

    #[module(Ledger = ledger)]
    pub(super) struct Ledgers;
}

pub(crate) struct Secondary;

#[injectable(singleton)]
fn other_ledger() -> names::Ledger {
    names::Ledger(2)
}

#[container(
    ..Billing,
    ..names::Ledgers,
    #[qualifier(Secondary)]
    names::Ledger = other_ledger,
    #[replace(names::Ledgers)]
    names::Ledger = other_ledger,
    Holder,
)]
struct Named;

#[container(..names::Ledgers)]
struct Plain;

#[injectable(singleton)]
struct Holder {
    ledger: Arc<Ledger>,
    other: Arc<names::Ledger>,
    #[inject(Secondary)]
    second: Arc<names::Ledger>,
}

#[tokio::test]
async fn types_of_one_name_are_two() {
    let app = Named::build().await.expect("nothing fails");
    let both = app.get::<Holder>();
    assert!(both.ledger.entries().is_empty());
    assert_eq!((both.other.0, both.second.0), (2, 2));
    let plain = Plain::build().await.expect("nothing fails");
    assert_eq!(plain.get::<names::Ledger>().0, 1);
}
