//! The yardstick: the wiring a careful person writes without a container.
//!
//! Every value is a plain local that borrows the ones before it. In process the
//! chain is one boxed future, because that is what axum makes of a handler: one
//! allocation is the price of any request, not of a container. Inside axum it
//! is an ordinary handler with `State`.

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;

use crate::measure::{Contender, request, run_boxed};
use crate::nodes::*;
use crate::{Case, Length, Place};

/// The application state, cloned for every request as axum does.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    base: Base,
}

impl App {
    pub fn new(base: Base) -> Self {
        App(Arc::new(Inner { base }))
    }

    #[inline]
    pub fn base(&self) -> &Base {
        &self.0.base
    }
}

/// One request as axum holds it.
pub type Boxed = Pin<Box<dyn Future<Output = u64> + Send>>;

/// Each `let` shadows the one before it, which stays alive and borrowed: the
/// same locals as `n0`, `n1`, `n2` written out.
macro_rules! locals {
    ($app:ident: N0 $($node:ident)*) => {{
        let base = $app.base();
        let node = N0::new(base);
        $(let node = $node::new(&node, base);)*
        body(&node).await
    }};
}

macro_rules! by_hand {
    ($chain:ident, $router:ident: $($node:ident)*) => {
        pub fn $chain(app: App) -> Boxed {
            Box::pin(async move { locals!(app: $($node)*) })
        }

        pub fn $router(app: App) -> Router {
            async fn handler(State(app): State<App>) -> String {
                locals!(app: $($node)*).to_string()
            }
            Router::new().route("/", get(handler)).with_state(app)
        }
    };
}

by_hand!(chain_1, router_1: N0);
by_hand!(chain_10, router_10: N0 N1 N2 N3 N4 N5 N6 N7 N8 N9);
by_hand!(
    chain_30, router_30:
    N0 N1 N2 N3 N4 N5 N6 N7 N8 N9
    N10 N11 N12 N13 N14 N15 N16 N17 N18 N19
    N20 N21 N22 N23 N24 N25 N26 N27 N28 N29
);

/// The hand-wired side of `case`.
pub fn contender(case: Case) -> Contender {
    let app = App::new(Base::sample());
    match (case.place, case.length) {
        (Place::InProcess, Length::One) => Contender::new(move || run_boxed(chain_1(app.clone()))),
        (Place::InProcess, Length::Ten) => Contender::new(move || run_boxed(chain_10(app.clone()))),
        (Place::InProcess, Length::Thirty) => {
            Contender::new(move || run_boxed(chain_30(app.clone())))
        }
        (Place::Axum, length) => {
            let router = match length {
                Length::One => router_1(app),
                Length::Ten => router_10(app),
                Length::Thirty => router_30(app),
            };
            Contender::new(move || request(&router))
        }
    }
}
