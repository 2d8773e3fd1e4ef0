//! The endpoint beside other exporters and other apps.

use di_axum::Prometheus;
use metrics_exporter_prometheus::PrometheusBuilder;

use crate::{
    app::{Server, run},
    asking::get,
    text::{check, value},
};

const ANSWERS: &str = r#"http_server_request_duration_seconds_count{method="GET",route="/status/{code}",status="2xx"}"#;

#[tokio::test]
async fn the_users_own_metrics_are_in_the_text() {
    let recorder = PrometheusBuilder::new()
        .install_recorder()
        .expect("it is the only one of this process");
    metrics::describe_counter!("orders_total", "Orders that were placed");
    metrics::counter!("orders_total", "kind" => "book").increment(3);
    let running = run(|metrics| metrics.with(move || recorder.render())).await;
    let server = Server::of(running.router).await;
    get(server.address, "/status/200").await;
    let (_, text) = get(server.address, "/metrics").await;
    check(&text);
    assert_eq!(value(&text, r#"orders_total{kind="book"}"#), Some(3.0));
    assert_eq!(value(&text, ANSWERS), Some(1.0));
    // Whoever installs a second one is told, by the exporter.
    assert!(PrometheusBuilder::new().install_recorder().is_err());
}

#[tokio::test]
async fn two_apps_of_one_process_have_each_their_own() {
    let (first, second) = (run(|metrics| metrics).await, run(|metrics| metrics).await);
    let (one, other) = (
        Server::of(first.router).await,
        Server::of(second.router).await,
    );
    get(one.address, "/status/200").await;
    assert_eq!(
        value(&get(one.address, "/metrics").await.1, ANSWERS),
        Some(1.0)
    );
    assert_eq!(
        value(&get(other.address, "/metrics").await.1, ANSWERS),
        None
    );
}

#[tokio::test]
async fn another_exporters_text_may_lack_its_last_line_break() {
    let running = run(|metrics| {
        metrics
            .with(|| "# TYPE a gauge\na 1".to_string())
            .with(String::new)
    })
    .await;
    let text = Prometheus::new(&running.app)
        .with(|| "# TYPE a gauge\na 1".to_string())
        .render();
    assert!(text.ends_with("\na 1\n"), "{text}");
    let server = Server::of(running.router).await;
    let (head, text) = get(server.address, "/metrics").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(value(&text, "a"), Some(1.0));
}

#[tokio::test]
async fn an_exporter_that_panics_fails_the_scrape_alone() {
    let running = run(|metrics| metrics.with(|| panic!("planted"))).await;
    let server = Server::of(running.router).await;
    let (head, _) = get(server.address, "/metrics").await;
    assert!(head.starts_with("HTTP/1.1 500"), "{head}");
    let (head, _) = get(server.address, "/status/200").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
}
