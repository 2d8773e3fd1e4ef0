//! Prometheus itself: a server that scrapes an app, and is asked in its own language.

use std::{net::SocketAddr, process::Stdio, time::Duration};

use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::sleep,
};

use crate::{
    app::{Server, run},
    asking::{get, within},
    tools::program,
};

struct Prometheus {
    address: SocketAddr,
    _server: Child,
    _dir: TempDir,
}

impl Prometheus {
    /// One that scrapes this address each second; none where there is no Prometheus, which is said.
    async fn scraping(target: SocketAddr) -> Option<Self> {
        let binary = program("prometheus")?;
        let dir = tempfile::tempdir().expect("a directory can be made");
        let config = dir.path().join("prometheus.yml");
        let text = format!(
            "global: {{scrape_interval: 1s}}\nscrape_configs: [{{job_name: app, static_configs: [{{targets: [\"{target}\"]}}]}}]\n"
        );
        std::fs::write(&config, text).expect("it can be written");
        let mut server = Command::new(binary)
            .arg(format!("--config.file={}", config.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                dir.path().join("data").display()
            ))
            .args(["--web.listen-address=127.0.0.1:0", "--log.format=json"])
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(server.stderr.take().expect("it is piped")).lines();
        let address = within(async {
            loop {
                let line = lines
                    .next_line()
                    .await
                    .expect("it is text")
                    .expect("it goes on");
                let said: Value = serde_json::from_str(&line).expect("it is JSON");
                if said["msg"] == "Listening on" {
                    break said["address"]
                        .as_str()
                        .expect("an address")
                        .parse()
                        .expect("an address");
                }
            }
        })
        .await;
        // Nobody reads it any more, and it must not be closed.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Some(Prometheus {
            address,
            _server: server,
            _dir: dir,
        })
    }

    /// The labels and values that an expression has.
    async fn query(&self, expression: &str) -> Vec<(Value, f64)> {
        let path = format!("/api/v1/query?query={}", encoded(expression));
        let (_, body) = get(self.address, &path).await;
        let answer: Value = serde_json::from_str(&body).unwrap_or_default();
        let found = answer["data"]["result"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let read = |one: &Value| {
            one["value"][1]
                .as_str()
                .and_then(|value| value.parse().ok())
        };
        found
            .iter()
            .filter_map(|one| Some((one["metric"].clone(), read(one)?)))
            .collect()
    }

    /// The same, once it has any.
    async fn until(&self, expression: &str) -> Vec<(Value, f64)> {
        within(async {
            loop {
                let found = self.query(expression).await;
                if !found.is_empty() {
                    break found;
                }
                sleep(Duration::from_millis(100)).await;
            }
        })
        .await
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn prometheus_scrapes_it_and_answers() {
    let running = run(|metrics| metrics).await;
    let server = Server::of(running.router).await;
    for path in ["/status/200", "/status/200", "/status/404", r#"/say/"a\b""#] {
        get(server.address, path).await;
    }
    let Some(prometheus) = Prometheus::scraping(server.address).await else {
        return;
    };
    let up = prometheus.until("up == 1").await;
    assert_eq!(up.len(), 1);
    let counts = prometheus
        .until(
            "sum by (status) (http_server_request_duration_seconds_count{route='/status/{code}'})",
        )
        .await;
    let of = |status: &str| {
        counts
            .iter()
            .find(|(labels, _)| labels["status"] == status)
            .map(|(_, value)| *value)
    };
    assert_eq!(
        (of("2xx"), of("4xx"), of("5xx")),
        (Some(2.0), Some(1.0), None)
    );
    let odd = prometheus
        .until(r#"di_requests_in_flight{route=~"/say/.*"}"#)
        .await;
    assert_eq!(odd[0].0["route"], r#"/say/"a\b""#);
    // All were quicker than the last bound, so there is a quantile.
    let quantile = prometheus
        .until("histogram_quantile(0.5, sum by (le) (http_server_request_duration_seconds_bucket))")
        .await;
    assert!(quantile[0].1 > 0.0, "{quantile:?}");
}
