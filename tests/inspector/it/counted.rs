//! What the page tells of an app with traffic: what nodes have counted, where a route's time goes, and what is for nothing.

use axum::{Router, http::StatusCode, routing::get};
use di_axum::{container, handler, injectable, observe::observe};
use serde_json::json;

use crate::{
    app::{self, Server},
    browser::Page,
    page::{assert_clean, send, shown},
};

/// Whoever asks for one has one of their own.
struct Stamp;

#[injectable(transient)]
fn stamp() -> Stamp {
    Stamp
}

#[injectable(request)]
struct Basket {
    _stamp: Stamp,
}

struct Till;

#[injectable(request)]
impl Till {
    fn new() -> Result<Self, StatusCode> {
        // Of other failures the browser's console complains.
        Err(StatusCode::NO_CONTENT)
    }
}

#[handler]
async fn order(basket: &Basket, #[inject] stamp: Stamp) {
    let _ = (basket, stamp);
}

#[handler]
async fn pay(basket: &Basket, till: &Till) {
    let _ = (basket, till);
}

#[container(Stamp = stamp, Basket, Till, handlers(order, pay))]
struct Shop;

/// Its routes, observed, with the inspector.
pub(crate) async fn shop() -> Router {
    let shop = Shop::build().await.expect("nothing fails");
    Router::new()
        .route("/order", get(order))
        .route("/pay", get(pay))
        .layer(observe(&shop))
        .nest("/_di", di_axum::inspector(&shop))
        .with_state(shop)
}

async fn serve() -> Server {
    Server::of(shop().await).await
}

/// The label of a node: all that a screen reader says of it.
fn label(name: &str) -> String {
    format!("document.querySelector(\".node[aria-label^='{name},']\").getAttribute('aria-label')")
}

/// Waits until the text of what a selector finds is this.
async fn until_text(page: &mut Page, selector: &str, text: &str) {
    page.until(&format!(
        "document.querySelector({})?.textContent === {}",
        json!(selector),
        json!(text)
    ))
    .await;
}

#[tokio::test]
async fn the_counters_of_a_node_move() {
    let server = serve().await;
    let Some(mut page) = shown(&server, "/_di").await else {
        return;
    };
    for path in ["/order", "/order", "/pay"] {
        send(&mut page, path).await;
    }
    let says = |name: &str, what: &str| format!("{}.endsWith({})", label(name), json!(what));
    page.until(&says("Basket", "built 3, live 0, failed 0"))
        .await;
    page.until(&says("Till", "built 0, live 0, failed 1")).await;
    page.until(&says("order", "requests 2, in flight 0, 5xx 0"))
        .await;
    let written = ".node[aria-label^='Basket,'] .what";
    assert_eq!(page.text(written).await, "request · 3");
    assert_eq!(page.text(".node.failing .what").await, "request · 1 failed");

    // Pointing at a node is enough.
    let [x, y] = page.middle(".node[aria-label^='Stamp,']").await;
    page.mouse(json!({ "type": "mouseMoved", "x": x, "y": y }))
        .await;
    until_text(&mut page, "#details-title", "Stamp").await;
    until_text(&mut page, "#details-body dd", "5").await;
    let details = page.text("#details-body").await;
    for part in [
        "counted.rs:",
        "p50p99mean",
        "build≤ ",
        "order → ",
        "failed0",
    ] {
        let part = part.replace(" → ", "");
        assert!(details.contains(&part), "{part} in {details}");
    }

    // What holds the focus stays, while the numbers beside it move.
    page.click(".node[aria-label^='Basket,']").await;
    page.eval("document.querySelector('#details-body button').focus()")
        .await;
    page.eval("globalThis.held = document.activeElement").await;
    send(&mut page, "/order").await;
    until_text(&mut page, "#details-body dd", "4").await;
    assert_eq!(
        page.eval("document.activeElement === held && held.matches('#details-body button')")
            .await,
        true
    );
    until_text(&mut page, written, "request · 4").await;
    assert_clean(&page, &server);
}

#[tokio::test]
async fn the_shares_of_a_route_are_numbers_and_its_row_opens_on_what_it_builds() {
    let server = serve().await;
    let Some(mut page) = shown(&server, "/_di").await else {
        return;
    };
    for path in ["/order", "/order", "/pay"] {
        send(&mut page, path).await;
    }
    let row = "#panel-routes tr[data-key='GET /order']";
    until_text(&mut page, &format!("{row} td"), "2").await;
    let shares = page
        .eval(&format!(
            "[...document.querySelectorAll({})].slice(-4).map((cell) => cell.textContent)",
            json!(format!("{row} td.number"))
        ))
        .await;
    let shares: Vec<u32> = shares
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|share| share.as_str()?.strip_suffix('%')?.parse().ok())
        .collect();
    assert_eq!(shares.len(), 4, "each has its number as text");
    let sum: u32 = shares.iter().sum();
    assert!((98..=102).contains(&sum), "rounded: {shares:?}");
    let bar = format!("{row} .share-bar[aria-hidden=true]");
    assert_eq!(
        page.eval(&format!(
            "document.querySelector({}).children.length",
            json!(bar)
        ))
        .await,
        4
    );

    page.eval(&format!(
        "document.querySelector({}).focus()",
        json!(format!("{row} button"))
    ))
    .await;
    page.press("Enter").await;
    let opened = format!("{row} + tr.more:not([hidden])");
    let built = format!(
        "[...document.querySelectorAll({})].map((line) => [...line.children].slice(0, 3).map((cell) => cell.textContent))",
        json!(format!("{opened} tbody tr"))
    );
    assert_eq!(
        page.eval(&built).await,
        json!([["Stamp", "transient", "2 ×"], ["Basket", "request", "1 ×"]])
    );
    assert_eq!(
        page.eval("document.activeElement.getAttribute('aria-expanded')")
            .await,
        "true"
    );
    send(&mut page, "/order").await;
    until_text(&mut page, &format!("{row} td"), "3").await;
    assert_eq!(
        page.eval("document.activeElement.textContent").await,
        "GET /order",
        "an update takes no focus away"
    );
    // What it builds can be chosen there, and the handler too.
    page.press("Tab").await;
    page.press("Enter").await;
    until_text(&mut page, "#details-title", "order").await;
    page.eval(&format!(
        "document.querySelector({}).click()",
        json!(format!("{row} button"))
    ))
    .await;
    page.until(&format!("!document.querySelector({})", json!(opened)))
        .await;
    assert_clean(&page, &server);
}

#[tokio::test]
async fn what_is_for_nothing_is_found_and_its_edge_is_shown() {
    let server = serve().await;
    let Some(mut page) = shown(&server, "/_di").await else {
        return;
    };
    for path in ["/order", "/order"] {
        send(&mut page, path).await;
    }
    // Fewer are not worth a finding.
    for _ in 0..20 {
        send(&mut page, "/pay").await;
    }
    page.until("document.querySelectorAll('#panel-findings tbody tr').length === 2")
        .await;
    assert_eq!(page.text("#tab-findings").await, "Findings 2");
    let kinds = "[...document.querySelectorAll('#panel-findings tbody th')].map((cell) => cell.textContent)";
    assert_eq!(
        page.eval(kinds).await,
        json!(["built more than once a request", "built and not read"])
    );
    let text = page.text("#panel-findings tbody .prose").await;
    assert!(
        text.starts_with("Stamp, a transient, is built 2.0 times for each GET /order:"),
        "{text}"
    );

    // By keyboard: from the tab to the panel, and on to the first edge.
    page.eval("document.getElementById('tab-routes').focus()")
        .await;
    for key in ["ArrowRight", "Tab", "Tab", "Tab"] {
        page.press(key).await;
    }
    page.until("document.activeElement.textContent === 'order(stamp: Stamp)'")
        .await;
    page.press("Enter").await;
    page.until("document.querySelectorAll('.edge.cause').length === 1")
        .await;
    assert_eq!(
        page.text("#said").await,
        "Marked in the graph: order(stamp: Stamp)"
    );
    assert_eq!(page.text("#details-title").await, "Stamp");
    let seen = "(() => { const edge = document.querySelector('.edge.cause').getBoundingClientRect(), graph = document.getElementById('graph').getBoundingClientRect();
        return edge.left >= graph.left && edge.right <= graph.right && edge.top >= graph.top && edge.bottom <= graph.bottom && edge.width > 5 })()";
    assert_eq!(page.eval(seen).await, true);
    assert_eq!(
        page.eval("document.activeElement.textContent").await,
        "order(stamp: Stamp)",
        "one can go on to the next"
    );
    page.press("Tab").await;
    page.press("Tab").await;
    page.press("Enter").await;
    page.until("document.querySelectorAll('.edge.cause').length === 2")
        .await;
    page.press("Escape").await;
    page.until("document.querySelectorAll('.edge.cause, .node.focused').length === 0")
        .await;
    assert_clean(&page, &server);
}

#[tokio::test]
async fn clean_code_has_no_findings() {
    let server = app::serve_counting().await;
    let Some(mut page) = shown(&server, "/_di").await else {
        return;
    };
    send(&mut page, "/ask").await;
    until_text(&mut page, "#panel-routes tbody tr td", "1").await;
    assert_eq!(page.text("#tab-findings").await, "Findings");
    page.click("#tab-findings").await;
    assert_eq!(
        page.text("#panel-findings .note").await,
        "Nothing is built in vain, blocks or does not end."
    );
    assert_eq!(
        page.eval("document.querySelectorAll('#panel-findings tbody tr').length")
            .await,
        0
    );
    assert_clean(&page, &server);
}
