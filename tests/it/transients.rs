//! Transients: one for each place that asks, in requests and in singletons.

use std::{collections::HashSet, error::Error as _, sync::Arc};

use axum::{Json, Router, routing::get};
use di_axum::{container, handler, injectable};

use crate::{
    scopes::Numbers,
    startup::{Ground, Refused},
    support::{Log, Traced, text},
};

/// By value: whoever asks for one gets one.
struct Ticket(usize);

#[injectable(transient)]
impl Ticket {
    fn new(numbers: &Numbers, log: &Log) -> Self {
        log.note("+ticket");
        Ticket(numbers.next())
    }
}

#[injectable(transient)]
struct Envelope {
    ticket: Ticket,
}

#[injectable(request)]
struct Desk {
    left: Ticket,
    right: Ticket,
}

#[injectable(singleton)]
struct Office {
    ticket: Ticket,
}

#[container(Numbers, Ticket, Envelope, Desk, Office)]
struct Tickets {
    log: Arc<Log>,
}

#[handler]
async fn draw(
    desk: &Desk,
    office: &Office,
    #[inject] own: Ticket,
    #[inject] other: Ticket,
    #[inject] envelope: Envelope,
) -> Json<Vec<usize>> {
    let taken = [
        &desk.left,
        &desk.right,
        &own,
        &other,
        &envelope.ticket,
        &office.ticket,
    ];
    Json(taken.map(|ticket| ticket.0).to_vec())
}

#[tokio::test]
async fn every_injection_site_has_a_transient_of_its_own() {
    let log = Log::new();
    let tickets = Tickets::build(log.clone()).await.expect("nothing fails");
    assert_eq!(log.take(), ["+ticket"], "the office's");

    let router = Router::new().route("/", get(draw)).with_state(tickets);
    let mut seen = HashSet::new();
    for _ in 0..3 {
        let mut drawn: Vec<usize> =
            serde_json::from_str(&text(&router, "/").await).expect("numbers");
        let office = drawn.pop().expect("the office's is last");
        assert_eq!(office, 1, "a singleton keeps its own");
        seen.extend(drawn);
        assert_eq!(log.take().len(), 5);
    }
    assert_eq!(seen.len(), 3 * 5);
}

// Transients inside singletons.

/// What the tests below ask for.
struct Order {
    is_refused: bool,
}

struct Stamp(Traced);

#[injectable(transient)]
async fn stamp(ground: &Ground, log: Arc<Log>) -> Stamp {
    tokio::task::yield_now().await;
    assert_eq!(ground.0.name(), "ground", "what a transient needs is there");
    Stamp(Traced::new("stamp", log))
}

struct Wax(Traced);

#[injectable(transient)]
impl Wax {
    fn new(order: &Order, log: Arc<Log>) -> Result<Self, Refused> {
        if order.is_refused {
            Err(Refused)
        } else {
            Ok(Wax(Traced::new("wax", log)))
        }
    }
}

struct Clerk {
    first: Stamp,
    second: Stamp,
    wax: Wax,
}

#[injectable(singleton)]
impl Clerk {
    async fn new(first: Stamp, second: Stamp, wax: Wax) -> Self {
        Clerk { first, second, wax }
    }
}

#[container(Clerk, Stamp = stamp, Wax, Ground)]
struct Bureau {
    order: Order,
    log: Arc<Log>,
}

#[tokio::test]
async fn a_singleton_may_be_made_of_transients() {
    let log = Log::new();
    let bureau = Bureau::build(Order { is_refused: false }, log.clone())
        .await
        .expect("nothing fails");
    assert_eq!(log.take(), ["+ground", "+stamp", "+stamp", "+wax"]);
    let clerk = bureau.get::<Clerk>();
    assert!(!std::ptr::eq(&clerk.first.0, &clerk.second.0));
    assert_eq!(clerk.wax.0.name(), "wax");
    drop(bureau);
    assert_eq!(
        log.take(),
        ["-stamp", "-stamp", "-wax", "-ground"],
        "the clerk's fields in their order"
    );
}

#[tokio::test]
async fn a_failing_transient_fails_the_singleton_that_asks_for_it() {
    let log = Log::new();
    let order = Order { is_refused: true };
    let error = Bureau::build(order, log.clone())
        .await
        .expect_err("the wax is refused");
    assert_eq!(error.path(), ["Clerk", "Wax"]);
    assert!(error.source().is_some_and(|source| source.is::<Refused>()));
    assert_eq!(
        log.take(),
        ["+ground", "+stamp", "+stamp", "-stamp", "-stamp", "-ground"]
    );
    assert_eq!(Arc::strong_count(&log), 1);
}
