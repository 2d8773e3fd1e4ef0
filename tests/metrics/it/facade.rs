//! What the facade's recorder is told.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::{body::Body, http::Request};
use di_axum::{
    Prometheus,
    observe::{Publisher, Timing},
    stopping,
};
use metrics::{
    Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
    with_local_recorder,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};
use tokio::{io::AsyncReadExt as _, task::JoinSet};
use tower::ServiceExt as _;

use crate::{
    app::{Running, Server, run},
    asking::{ask, get, within},
    text::{check, series, value},
};

/// The exporter for Prometheus, with the bounds of the app's own histograms.
fn exporter() -> PrometheusRecorder {
    let bounds: Vec<f64> = (0..)
        .map_while(Timing::bound)
        .map(|bound| bound.as_secs_f64())
        .collect();
    let builder = PrometheusBuilder::new().set_buckets(&bounds);
    builder.expect("there are some").build_recorder()
}

async fn traffic(running: &Running) -> Server {
    let server = Server::of(running.router.clone()).await;
    for path in [
        "/status/200",
        "/status/200",
        "/status/500",
        "/one",
        "/nowhere",
    ] {
        get(server.address, path).await;
    }
    server
}

/// From one to the other, time goes on, and a connection is given back by a task.
fn comparable(text: &str) -> BTreeMap<String, f64> {
    let mut all = series(text);
    let is_moving = |name: &str| {
        ["di_uptime", "di_pool_connections "]
            .iter()
            .any(|moving| name.starts_with(moving))
    };
    all.retain(|name, _| !is_moving(name));
    all
}

fn without_buckets(all: &BTreeMap<String, f64>) -> Vec<&str> {
    let names = all.keys().filter(|name| !name.contains("_bucket "));
    names.map(String::as_str).collect()
}

#[tokio::test]
async fn another_exporter_says_the_same_as_the_endpoint() {
    let running = run(|metrics| metrics).await;
    let (recorder, publisher) = (exporter(), Publisher::new(&running.app));
    let endpoint = Prometheus::new(&running.app);
    let mut seen = 0.0;
    for round in 1..=3 {
        let _server = traffic(&running).await;
        // Twice, since nothing is told twice.
        with_local_recorder(&recorder, || publisher.publish());
        with_local_recorder(&recorder, || publisher.publish());
        let told = recorder.handle().render();
        check(&told);
        let (told, asked) = (comparable(&told), comparable(&endpoint.render()));
        // The endpoint leaves buckets out.
        assert_eq!(without_buckets(&told), without_buckets(&asked));
        for (name, asked) in asked {
            let off = (told[&name] - asked).abs();
            assert!(
                off <= asked.abs() * 1e-9,
                "{name}: {} and {asked}",
                told[&name]
            );
        }
        let count = r#"http_server_request_duration_seconds_count{method="GET",route="/status/{code}",status="2xx"}"#;
        let count = value(&recorder.handle().render(), count).expect("there were some");
        assert_eq!(count, 2.0 * f64::from(round));
        assert!(count > seen);
        seen = count;
    }
}

#[tokio::test]
async fn a_gauge_of_what_is_gone_is_zero() {
    let running = run(|metrics| metrics).await;
    let (recorder, publisher) = (exporter(), Publisher::new(&running.app));
    let server = Server::of(running.router.clone()).await;
    let open = |text: &str| value(text, r#"di_scopes_open{scope="GET /waits"}"#);
    let mut client = ask(server.address, "/waits").await;
    within(running.hold.arrived.notified()).await;
    with_local_recorder(&recorder, || publisher.publish());
    assert_eq!(open(&recorder.handle().render()), Some(1.0));
    running.hold.go_on.notify_one();
    let answered = within(client.read_to_end(&mut Vec::new())).await;
    answered.expect("it is answered");
    with_local_recorder(&recorder, || publisher.publish());
    assert_eq!(open(&recorder.handle().render()), Some(0.0));
}

/// What a recorder is told of one histogram, and how things are described.
#[derive(Clone, Default)]
struct Told {
    calls: Arc<AtomicUsize>,
    values: Arc<AtomicUsize>,
    described: Arc<Mutex<BTreeSet<String>>>,
}

impl Told {
    fn describe(&self, name: &KeyName, kind: &str, unit: Option<Unit>) {
        let unit = match unit {
            Some(Unit::Seconds) => ", seconds",
            _ => "",
        };
        let mut described = self.described.lock().expect("nobody panics here");
        described.insert(format!("{}: {kind}{unit}", name.as_str()));
    }
}

impl HistogramFn for Told {
    fn record(&self, value: f64) {
        self.record_many(value, 1);
    }

    fn record_many(&self, _value: f64, count: usize) {
        self.calls.fetch_add(1, Relaxed);
        self.values.fetch_add(count, Relaxed);
    }
}

impl Recorder for Told {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&name, "counter", unit);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&name, "gauge", unit);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&name, "histogram", unit);
    }

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        match key.name() {
            "http_server_request_duration_seconds" => Histogram::from_arc(Arc::new(self.clone())),
            _ => Histogram::noop(),
        }
    }
}

/// The first column of the README's table, with what is said of each name in the second.
fn in_the_readme() -> BTreeSet<String> {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let readme = std::fs::read_to_string(readme).expect("there is a README");
    let (_, section) = readme
        .split_once("\n## Metrics\n")
        .expect("it has the section");
    let (section, _) = section.split_once("\n## ").expect("and another one");
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let named = rows.flat_map(|row| {
        let mut cells = row.trim_matches('|').split(" | ");
        let (names, what) = (cells.next().expect("names"), cells.next().expect("a kind"));
        let what = what.replace(" of one bucket", "");
        let names = names
            .split(", ")
            .map(|name| name.trim().trim_matches('`').to_string());
        names
            .map(move |name| format!("{name}: {what}"))
            .collect::<Vec<_>>()
    });
    named.collect()
}

#[tokio::test]
async fn the_readme_names_all_of_them() {
    let running = run(|metrics| metrics).await;
    let (told, publisher) = (Told::default(), Publisher::new(&running.app));
    with_local_recorder(&told, || publisher.publish());
    let described = told.described.lock().expect("nobody panics here").clone();
    assert_eq!(described, in_the_readme());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_it_is_told_while_it_is_counted() {
    const CLIENTS: usize = 4;
    const EACH: usize = 250;
    let running = run(|metrics| metrics).await;
    let (told, publisher) = (Told::default(), Publisher::new(&running.app));
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let router = running.router.clone();
        clients.spawn(async move {
            for _ in 0..EACH {
                let request = Request::get("/status/200").body(Body::empty());
                let answer = router.clone().oneshot(request.expect("a request")).await;
                drop(answer.expect("a router always answers"));
            }
        });
    }
    within(async {
        while clients.try_join_next().is_some() || !clients.is_empty() {
            with_local_recorder(&told, || publisher.publish());
            tokio::task::yield_now().await;
        }
    })
    .await;
    with_local_recorder(&told, || publisher.publish());
    assert_eq!(told.values.load(Relaxed), CLIENTS * EACH);
}

#[tokio::test]
async fn a_histogram_is_told_bucket_by_bucket_and_not_value_by_value() {
    let running = run(|metrics| metrics).await;
    let server = Server::of(running.router.clone()).await;
    for _ in 0..200 {
        get(server.address, "/status/200").await;
    }
    let (told, publisher) = (Told::default(), Publisher::new(&running.app));
    with_local_recorder(&told, || publisher.publish());
    let (calls, values) = (told.calls.load(Relaxed), told.values.load(Relaxed));
    assert_eq!(values, 200);
    assert!(calls <= 24, "{calls}");
}

#[tokio::test]
async fn the_loop_publishes_at_once_and_at_the_end() {
    let running = run(|metrics| metrics).await;
    let recorder = exporter();
    let until = stopping(&running.app);
    // Nothing else is published in an hour.
    let mut publishing =
        Box::pin(Publisher::new(&running.app).run(Duration::from_secs(3600), until));
    let mut poll = || {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        with_local_recorder(&recorder, || publishing.as_mut().poll(&mut context))
    };
    let count = || {
        let one =
            r#"http_server_request_duration_seconds_count{method="GET",route="/one",status="2xx"}"#;
        value(&recorder.handle().render(), one)
    };
    assert!(poll().is_pending());
    assert!(recorder.handle().render().contains("di_task_jobs"));
    let _server = traffic(&running).await;
    assert!(poll().is_pending());
    assert_eq!(count(), None);
    di_axum::stop(&running.app);
    assert!(poll().is_ready());
    assert_eq!(count(), Some(1.0));
}

#[tokio::test]
async fn neither_a_publisher_nor_an_endpoint_keeps_the_app() {
    let Running { app, hold, router } = run(|metrics| metrics).await;
    let (publisher, endpoint) = (Publisher::new(&app), Prometheus::new(&app));
    within(app.shutdown()).await.expect("nothing fails");
    drop((app, router));
    assert_eq!(Arc::strong_count(&hold), 1);
    // They go on to say what was.
    let recorder = exporter();
    with_local_recorder(&recorder, || publisher.publish());
    assert!(recorder.handle().render().contains("di_task_jobs"));
    assert!(endpoint.render().contains("di_task_jobs"));
}
