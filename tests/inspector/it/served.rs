//! What the inspector answers, without a browser.

use std::time::Duration;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
    response::Response,
};
use di_axum::Inspector;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio::time::timeout;
use tower::ServiceExt as _;

use crate::{
    app::{App, routes},
    counted,
};

async fn send(router: &Router, request: Request<Body>) -> Response {
    router
        .clone()
        .oneshot(request)
        .await
        .expect("a router always answers")
}

async fn get(router: &Router, path: &str) -> Response {
    send(
        router,
        Request::get(path).body(Body::empty()).expect("a path"),
    )
    .await
}

async fn body(response: Response) -> String {
    let body = response.into_body().collect().await.expect("it has an end");
    String::from_utf8(body.to_bytes().to_vec()).expect("it is text")
}

async fn nested() -> (App, Router) {
    let app = App::build().await.expect("nothing fails");
    let before = routes()
        .nest("/_di", di_axum::inspector(&app))
        .with_state(app.clone());
    (app, before)
}

#[tokio::test]
async fn it_fits_in_before_and_after_the_state() {
    let (app, before) = nested().await;
    let after = routes()
        .with_state(app.clone())
        .nest("/_di", di_axum::inspector(&app));
    let service = Router::new().nest_service("/_di", di_axum::inspector::<_, ()>(&app));
    for router in [before, after, service] {
        let answer = get(&router, "/_di").await;
        assert_eq!(answer.status(), StatusCode::TEMPORARY_REDIRECT);
        assert_eq!(answer.headers()[header::LOCATION], "./_di/index.html");
        assert_eq!(
            get(&router, "/_di/index.html").await.status(),
            StatusCode::OK
        );
    }
    let at_root = di_axum::inspector::<_, ()>(&app);
    assert_eq!(
        get(&at_root, "/").await.headers()[header::LOCATION],
        "index.html"
    );
}

#[tokio::test]
async fn every_file_that_the_page_names_is_there_with_its_type_and_policy() {
    let (_app, router) = nested().await;
    let mut left = vec!["index.html".to_string()];
    let mut seen = Vec::new();
    while let Some(name) = left.pop() {
        let answer = get(&router, &format!("/_di/{name}")).await;
        assert_eq!(answer.status(), StatusCode::OK, "{name}");
        assert_headers(answer.headers(), &name);
        let text = body(answer).await;
        for named in text.split('"').filter(|part| {
            part.ends_with(".js") || part.ends_with(".css") || part.ends_with(".svg")
        }) {
            let named = named.trim_start_matches("./").to_string();
            if !seen.contains(&named) && !named.contains(' ') {
                seen.push(named.clone());
                left.push(named);
            }
        }
    }
    assert!(seen.len() > 12, "{seen:?}");
}

fn assert_headers(headers: &HeaderMap, name: &str) {
    let kind = match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/javascript; charset=utf-8",
    };
    assert_eq!(headers[header::CONTENT_TYPE], kind, "{name}");
    assert_eq!(headers[header::CACHE_CONTROL], "no-cache");
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    let policy = headers[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .expect("text");
    assert!(
        policy.starts_with("default-src 'self';") && !policy.contains("unsafe"),
        "{policy}"
    );
}

#[tokio::test]
async fn a_file_that_the_browser_has_is_not_sent_again() {
    let (_app, router) = nested().await;
    let first = get(&router, "/_di/style.css").await;
    let again = Request::get("/_di/style.css")
        .header(header::IF_NONE_MATCH, &first.headers()[header::ETAG]);
    let again = send(&router, again.body(Body::empty()).expect("a request")).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(body(again).await, "");
    assert_eq!(
        get(&router, "/_di/nothing.js").await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn the_data_are_json_and_not_kept() {
    let (_app, router) = nested().await;
    for name in ["graph.json", "startup.json"] {
        let answer = get(&router, &format!("/_di/{name}")).await;
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/json");
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
        let value: Value = serde_json::from_str(&body(answer).await).expect("it is JSON");
        assert!(value["nodes"].is_array(), "{name}");
    }
}

/// Reads a stream until so many snapshots have come, and returns the last one.
async fn snapshots(body: &mut Body, count: usize) -> Value {
    let mut heard = String::new();
    while heard.matches("\n\n").count() < count {
        let frame = timeout(Duration::from_secs(30), body.frame())
            .await
            .expect("one each second");
        let frame = frame.expect("it goes on").expect("nothing fails");
        heard += std::str::from_utf8(frame.data_ref().expect("data")).expect("text");
    }
    assert_eq!(heard.matches("event: snapshot").count(), count);
    let mut data = heard.lines().rev();
    let data = data.find_map(|line| line.strip_prefix("data: "));
    serde_json::from_str(data.expect("data")).expect("it is JSON")
}

#[tokio::test]
async fn a_snapshot_has_what_was_counted_by_rows_of_the_graph() {
    let router = counted::shop().await;
    for path in ["/order", "/order", "/pay"] {
        get(&router, path).await;
    }
    let graph = body(get(&router, "/_di/graph.json").await).await;
    let graph: Value = serde_json::from_str(&graph).expect("it is JSON");
    let rows: Vec<&str> = graph["nodes"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|node| node["name"].as_str())
        .collect();
    let row = |name: &str| {
        rows.iter()
            .position(|row| *row == name)
            .expect("it is listed")
    };
    let mut events = get(&router, "/_di/events").await.into_body();
    let snapshot = snapshots(&mut events, 1).await;

    let of = |list: &Value, name: &str| {
        let found = list
            .as_array()
            .and_then(|list| list.iter().find(|own| own["row"] == row(name)));
        found
            .cloned()
            .unwrap_or_else(|| panic!("{name} is not in {list}"))
    };
    let basket = of(&snapshot["nodes"], "Basket");
    assert_eq!(
        [&basket["built"], &basket["live"], &basket["failed"]],
        [3, 0, 0]
    );
    assert_eq!(
        [&basket["build"]["count"], &basket["teardown"]["count"]],
        [3, 0]
    );
    assert_eq!(of(&snapshot["nodes"], "Till")["failed"], 1);

    let order = &snapshot["routes"][0];
    assert_eq!([&order["path"], &order["handler"]], ["/order", "order"]);
    let parts = ["constructors_ns", "handler_ns", "teardown_ns"];
    let spent: Vec<u64> = parts
        .iter()
        .filter_map(|part| order[part].as_u64())
        .collect();
    assert!(spent[0] > 0 && spent[1] > 0 && spent[2] == 0, "{spent:?}");
    assert!(order["latency"]["sum_ns"].as_u64() >= Some(spent.iter().sum()));
    let stamp = of(&order["nodes"], "Stamp");
    assert_eq!([&stamp["built"], &stamp["in_vain"]], [4, 0]);
    assert_eq!(of(&snapshot["routes"][1]["nodes"], "Basket")["in_vain"], 1);

    let found = &snapshot["findings"][0];
    assert_eq!(found["kind"], "built more than once a request");
    let edges = ["order", "Basket"].map(|from| [row(from), row("Stamp")]);
    assert_eq!(found["edges"], serde_json::json!(edges));
    assert_eq!(snapshot["open"], 0);
}

#[tokio::test]
async fn of_many_open_scopes_the_oldest_are_told_and_all_are_counted() {
    let (app, router) = nested().await;
    let _scopes: Vec<_> = (0..151).map(|_| app.scope()).collect();
    let mut events = get(&router, "/_di/events").await.into_body();
    let snapshot = snapshots(&mut events, 1).await;
    let told = snapshot["scopes"].as_array().expect("a list");
    assert_eq!((told.len(), &snapshot["open"]), (100, &Value::from(151)));
    assert!(told.is_sorted_by_key(|scope| -scope["age_ms"].as_f64().unwrap_or(f64::NAN)));
}

#[tokio::test]
async fn snapshots_come_until_the_app_stops() {
    let (app, router) = nested().await;
    let answer = get(&router, "/_di/events").await;
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut body = answer.into_body();
    let snapshot = snapshots(&mut body, 2).await;
    assert!(snapshot["at_ms"].is_u64());
    di_axum::stop(&app);
    let end = async { while body.frame().await.is_some() {} };
    timeout(Duration::from_secs(30), end)
        .await
        .expect("it ends with the app");
}

#[tokio::test]
async fn who_is_not_let_in_finds_nothing() {
    let app = App::build().await.expect("nothing fails");
    let inspector = Inspector::new(&app).guarded(|head| head.headers.contains_key("x-operator"));
    let router = Router::new().nest("/_di", inspector.into_router());
    for path in [
        "/_di",
        "/_di/index.html",
        "/_di/graph.json",
        "/_di/startup.json",
        "/_di/events",
        "/_di/x",
    ] {
        let answer = get(&router, path).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(body(answer).await, "");
    }
    let post = Request::post("/_di/graph.json")
        .body(Body::empty())
        .expect("a request");
    assert_eq!(send(&router, post).await.status(), StatusCode::NOT_FOUND);
    let known = Request::get("/_di/graph.json").header("x-operator", "1");
    let answer = send(&router, known.body(Body::empty()).expect("a request")).await;
    assert_eq!(answer.status(), StatusCode::OK);
}
