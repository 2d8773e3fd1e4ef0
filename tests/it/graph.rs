//! The graph as data, and listed handlers as its roots.

use std::sync::Arc;

use axum::{Router, routing::get};
use di_axum::{NodeKind, Scope, container, handler, injectable};
use serde_json::{Value, json};

use crate::support::{text, within};

trait Clock: Send + Sync {
    fn now(&self) -> u32;
}

const WATCH_LINE: u32 = line!() + 3;

#[injectable(singleton)]
struct Watch {
    env: Arc<Env>,
}

impl Clock for Watch {
    fn now(&self) -> u32 {
        self.env.0
    }
}

struct Env(u32);
struct Stamp(u32);

#[injectable(transient)]
async fn stamp(clock: &dyn Clock) -> Stamp {
    Stamp(clock.now())
}

#[handler]
async fn show(#[inject] stamp: Stamp, clock: &dyn Clock) -> String {
    format!("{} {}", stamp.0, clock.now())
}

#[container(Watch, dyn Clock = Watch, Stamp = stamp, handlers(show))]
struct App {
    env: Env,
}

#[test]
fn nodes_and_edges_are_those_of_the_list() {
    let nodes: Vec<_> = App::graph().nodes().collect();
    let told: Vec<_> = nodes
        .iter()
        .map(|node| (node.name, node.kind, node.scope, node.is_root))
        .collect();
    assert_eq!(
        told,
        [
            ("Env", NodeKind::HandedIn, Some(Scope::Singleton), false),
            (
                "Watch",
                NodeKind::Constructed,
                Some(Scope::Singleton),
                false
            ),
            (
                "dyn Clock",
                NodeKind::Binding,
                Some(Scope::Singleton),
                false
            ),
            (
                "Stamp",
                NodeKind::Constructed,
                Some(Scope::Transient),
                false
            ),
            ("show", NodeKind::Handler, None, true),
        ]
    );
    assert!(nodes[3].is_async && !nodes[1].is_async);
    let (file, line) = nodes[1].place.expect("it is defined somewhere");
    assert!(
        file.ends_with("graph.rs") && line == WATCH_LINE,
        "{file}:{line}"
    );
    let edges: Vec<_> = App::graph()
        .edges()
        .map(|edge| (edge.from, edge.to, edge.param))
        .collect();
    assert_eq!(
        edges,
        [
            (1, 0, Some("env")),
            (2, 1, None),
            (3, 2, Some("clock")),
            (4, 3, Some("stamp")),
            (4, 2, Some("clock")),
        ]
    );
}

#[test]
fn json_has_the_same_in_the_same_order() {
    let graph: Value = serde_json::from_str(&App::graph().to_json()).expect("it is JSON");
    assert_eq!(graph["nodes"][0]["line"], Value::Null);
    assert_eq!(graph["nodes"][3]["async"], true);
    assert_eq!(
        graph["edges"][1],
        json!({ "from": 2, "to": 1, "param": null, "lazy": false })
    );
    assert_eq!(graph["nodes"].as_array().map(Vec::len), Some(5));
    assert_eq!(graph["edges"].as_array().map(Vec::len), Some(5));
}

#[test]
fn dot_and_mermaid_have_every_node_and_edge() {
    let (dot, mermaid) = (App::graph().to_dot(), App::graph().to_mermaid());
    for node in 0..5 {
        assert!(dot.contains(&format!("  n{node} [label=\"")), "{dot}");
        assert!(mermaid.contains(&format!("  n{node}[\"")), "{mermaid}");
    }
    assert!(dot.contains("n4 -> n2 [label=\"clock\"]"), "{dot}");
    assert!(mermaid.contains("n2 -->|\"bound to\"| n1"), "{mermaid}");
    assert_eq!(dot.matches("->").count(), 5);
    assert_eq!(mermaid.matches("-->").count(), 5);
}

#[tokio::test]
async fn listed_handlers_serve() {
    within(async {
        let app = App::build(Env(7)).await.expect("nothing fails");
        let router = Router::new().route("/", get(show)).with_state(app);
        assert_eq!(text(&router, "/").await, "7 7");
    })
    .await;
}
