//! A draft: a container that compiles although its graph is refused.

use std::sync::Arc;

use axum::{Router, routing::get};
use di_axum::{container, handler, injectable};
use serde_json::{Value, json};

use crate::support::{text, within};

struct Pool;

#[injectable(request)]
struct User;

#[injectable(request)]
struct Users<'r> {
    pool: &'r Pool,
}

#[injectable(singleton)]
struct Orders {
    payments: Arc<Payments>,
}

#[injectable(singleton)]
struct Payments {
    orders: Arc<Orders>,
}

struct Audit;

#[injectable(singleton)]
impl Audit {
    fn new(_user: &User) -> Self {
        Audit
    }
}

#[handler]
async fn show(users: &Users<'_>, orders: &Orders, _audit: &Audit) {
    let _ = (users.pool, &orders.payments.orders);
}

#[container(draft, Users<'_>, User, Orders, Payments, Audit, handlers(show))]
#[allow(deprecated)]
struct App;

#[test]
fn its_graph_is_drawn_with_what_is_missing() {
    let graph = App::graph();
    assert_eq!((graph.nodes().count(), graph.edges().count()), (6, 6));
    let missing: Vec<_> = graph
        .missing()
        .map(|missing| (missing.from, missing.param, missing.ty))
        .collect();
    assert_eq!(missing, [(0, Some("pool"), Some("Pool"))]);
    let (dot, mermaid) = (graph.to_dot(), graph.to_mermaid());
    assert!(dot.contains("  m0 [label=\"Pool\\nmissing\""), "{dot}");
    assert!(dot.contains("  n0 -> m0 [label=\"pool\""), "{dot}");
    assert!(mermaid.contains("  n0 -.->|\"pool\"| m0\n"), "{mermaid}");
    let json: Value = serde_json::from_str(&graph.to_json()).expect("it is JSON");
    assert_eq!(
        json["missing"],
        json!([{ "from": 0, "param": "pool", "type": "Pool" }])
    );
}

/// With every text that the compiler would show; and what is mounted compiles, and never runs.
#[tokio::test]
async fn it_is_not_built() {
    let _ = |app: App| -> Router { Router::new().route("/", get(show)).with_state(app) };
    let error = App::build().await.expect_err("the graph is refused");
    let said = error.to_string();
    let codes = ["[DI001]", "[DI002]", "[DI003]"].map(|code| said.matches(code).count());
    assert_eq!(codes, [1, 1, 1], "{said}");
    assert!(
        said.starts_with(
            "`App` could not be built: its graph is refused\n\n[DI001] nothing provides `Pool`"
        ),
        "{said}"
    );
    assert_eq!(error.path(), [""; 0]);
}

mod correct {
    use super::*;

    #[handler]
    pub(super) async fn show(_user: &User) -> &'static str {
        "shown"
    }

    #[container(draft, User, handlers(show))]
    #[allow(deprecated)]
    pub(super) struct App;
}

#[tokio::test]
async fn one_that_is_correct_serves() {
    within(async {
        let app = correct::App::build().await.expect("nothing is wrong");
        let router = Router::new().route("/", get(correct::show)).with_state(app);
        assert_eq!(text(&router, "/").await, "shown");
    })
    .await;
}
