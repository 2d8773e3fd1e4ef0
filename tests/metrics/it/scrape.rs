//! What a scrape answers, over HTTP.

use std::time::Duration;

use crate::{
    app::{KEPT, ODD, Server, run, run_with},
    asking::{ask, get, within},
    text::{check, series, value},
};

const USERS: &str =
    r#"http_server_request_duration_seconds_count{method="GET",route="/status/{code}",status="#;

#[tokio::test]
async fn numbers_are_exact_and_a_second_scrape_has_the_same() {
    let running = run(|metrics| metrics).await;
    let server = Server::of(running.router).await;
    for path in [
        "/status/200",
        "/status/204",
        "/status/200",
        "/status/404",
        "/status/503",
        "/nowhere",
        "/no/where",
        "/one",
    ] {
        get(server.address, path).await;
    }
    let (head, text) = get(server.address, "/metrics").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(
        head.contains("content-type: text/plain; version=0.0.4; charset=utf-8"),
        "{head}"
    );
    check(&text);
    let answers = |class: &str| value(&text, &format!("{USERS}\"{class}\"}}"));
    assert_eq!(
        ["2xx", "3xx", "4xx", "5xx"].map(answers),
        [Some(3.0), None, Some(1.0), Some(1.0)]
    );
    let nowhere = r#"http_server_request_duration_seconds_count{method="GET",route="(no route)",status="4xx"}"#;
    assert_eq!(value(&text, nowhere), Some(2.0));
    assert_eq!(
        value(
            &text,
            r#"di_requests_in_flight{method="GET",route="/status/{code}"}"#
        ),
        Some(0.0)
    );
    assert_eq!(
        value(
            &text,
            r#"di_pool_acquires_total{pool="SQLite",outcome="acquired"}"#
        ),
        Some(1.0)
    );
    assert_eq!(
        value(&text, r#"di_pool_acquire_seconds_count{pool="SQLite"}"#),
        Some(1.0)
    );
    assert_eq!(
        value(&text, r#"di_pool_connections_max{pool="SQLite"}"#),
        Some(1.0)
    );
    let (_, again) = get(server.address, "/metrics").await;
    // Gauges go on: a connection is given back in a task.
    let counted = |text: &str| {
        let ends = ["_total", "_bucket", "_sum", "_count"];
        let mut all = series(text);
        all.retain(|name, _| {
            ends.iter().any(|end| {
                name.split(' ')
                    .next()
                    .is_some_and(|name| name.ends_with(end))
            })
        });
        all
    };
    assert!(counted(&text).len() > 100, "{text}");
    assert_eq!(counted(&text), counted(&again));
}

#[tokio::test]
async fn nodes_are_counted() {
    let running = run(|metrics| metrics).await;
    let server = Server::of(running.router).await;
    for path in [
        "/status/200",
        "/status/404",
        "/even/2",
        "/even/3",
        "/even/4",
    ] {
        get(server.address, path).await;
    }
    let (_, text) = get(server.address, "/metrics").await;
    check(&text);
    let of = |family: &str, node: &str| {
        value(
            &text,
            &format!(r#"{family}{{node="{node}",scope="request"}}"#),
        )
    };
    for (family, of_even, of_repository) in [
        ("di_node_constructions_total", Some(2.0), Some(2.0)),
        ("di_node_failures_total", Some(1.0), Some(0.0)),
        ("di_node_live", Some(0.0), Some(0.0)),
        ("di_node_build_seconds_count", Some(2.0), Some(2.0)),
        ("di_node_teardown_seconds_count", Some(2.0), None),
    ] {
        assert_eq!(of(family, "Even"), of_even, "{family} of {text}");
        assert_eq!(of(family, "Repository<User>"), of_repository, "{family}");
    }
    let pool = r#"di_node_live{node="SqlitePool",scope="singleton"}"#;
    assert_eq!(value(&text, pool), Some(1.0));
    let phase = |phase: &str| {
        let labels = format!(r#"method="GET",route="/even/{{code}}",phase="{phase}""#);
        let sum = value(&text, &format!("di_request_phase_seconds_sum{{{labels}}}"));
        let count = value(
            &text,
            &format!("di_request_phase_seconds_count{{{labels}}}"),
        );
        (count, sum > Some(0.0))
    };
    for name in ["constructors", "handler", "teardown"] {
        assert_eq!(phase(name), (Some(3.0), true), "{name}");
    }
}

#[tokio::test]
async fn what_keeps_its_thread_is_named() {
    // Every poll is slow.
    let running = run_with(Duration::ZERO, |metrics| metrics).await;
    let server = Server::of(running.router).await;
    get(server.address, &format!("/status/{KEPT}")).await;
    get(server.address, "/nowhere").await;
    let (_, text) = get(server.address, "/metrics").await;
    check(&text);
    let slow = text
        .lines()
        .filter(|line| line.starts_with("di_slow_polls_total{"));
    let of = |scope: &str| {
        let scope = format!(r#"scope="{scope}""#);
        slow.clone()
            .filter(move |line| line.contains(&scope))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of("GET /status/{code}"),
        [r#"di_slow_polls_total{scope="GET /status/{code}",what="status"} 1"#]
    );
    assert_eq!(
        of("GET (no route)"),
        [r#"di_slow_polls_total{scope="GET (no route)",what=""} 1"#]
    );
    assert_eq!(
        value(&text, r#"di_findings{kind="keeps its thread"}"#),
        Some(2.0)
    );
}

#[tokio::test]
async fn buckets_are_cumulative_and_end_with_the_count() {
    let running = run(|metrics| metrics).await;
    let server = Server::of(running.router).await;
    for _ in 0..20 {
        get(server.address, "/status/200").await;
    }
    let (_, text) = get(server.address, "/metrics").await;
    let buckets = text
        .lines()
        .filter(|line| line.starts_with("http_server_request_duration_seconds_bucket"));
    let counts: Vec<u64> = buckets
        .map(|line| {
            line.rsplit(' ')
                .next()
                .expect("a value")
                .parse()
                .expect("a count")
        })
        .collect();
    assert_eq!(counts.len(), 24);
    assert!(counts.is_sorted() && counts[23] == 20, "{counts:?}");
    let sum = r#"http_server_request_duration_seconds_sum{method="GET",route="/status/{code}",status="2xx"}"#;
    assert!(value(&text, sum).is_some_and(|sum| sum > 0.0), "{text}");
}

#[tokio::test]
async fn a_request_whose_client_went_away_is_counted() {
    let running = run(|metrics| metrics).await;
    let server = Server::of(running.router).await;
    let client = ask(server.address, "/waits").await;
    within(running.hold.arrived.notified()).await;
    let (_, text) = get(server.address, "/metrics").await;
    for (series, is) in [
        (r#"di_requests_in_flight{method="GET",route="/waits"}"#, 1.0),
        (
            r#"di_requests_cancelled_total{method="GET",route="/waits"}"#,
            0.0,
        ),
        (r#"di_scopes_open{scope="GET /waits"}"#, 1.0),
    ] {
        assert_eq!(value(&text, series), Some(is), "{series}");
    }
    assert!(value(&text, r#"di_scope_oldest_seconds{scope="GET /waits"}"#) > Some(0.0));
    check(&text);
    drop(client);
    let text = within(async {
        loop {
            let (_, text) = get(server.address, "/metrics").await;
            if value(
                &text,
                r#"di_requests_in_flight{method="GET",route="/waits"}"#,
            ) == Some(0.0)
            {
                break text;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
    assert_eq!(
        value(
            &text,
            r#"di_requests_cancelled_total{method="GET",route="/waits"}"#
        ),
        Some(1.0)
    );
    assert!(
        !text.contains(r#"http_server_request_duration_seconds_count{method="GET",route="/waits""#)
    );
}

#[tokio::test]
async fn jobs_of_tasks_are_counted() {
    let running = run(|metrics| metrics).await;
    let server = Server::of(running.router.clone()).await;
    get(server.address, "/write").await;
    within(running.app.shutdown()).await.expect("nothing fails");
    let (_, text) = get(server.address, "/metrics").await;
    check(&text);
    let ended =
        |outcome| format!(r#"di_task_jobs_ended_total{{task="send_letter",outcome="{outcome}"}}"#);
    assert_eq!(
        ["done", "failed", "dropped"].map(|outcome| value(&text, &ended(outcome))),
        [Some(1.0), Some(0.0), Some(0.0)]
    );
    assert_eq!(
        value(&text, r#"di_task_jobs{task="send_letter",state="running"}"#),
        Some(0.0)
    );
    assert_eq!(
        value(&text, r#"di_task_oldest_seconds{task="send_letter"}"#),
        Some(0.0)
    );
}

#[tokio::test]
async fn labels_are_escaped() {
    let running = run(|metrics| metrics).await;
    let server = Server::of(running.router).await;
    let (head, _) = get(server.address, ODD).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let (_, text) = get(server.address, "/metrics").await;
    check(&text);
    let escaped = r#"di_requests_in_flight{method="GET",route="/say/\"a\\b\""}"#;
    assert_eq!(value(&text, escaped), Some(0.0), "{text}");
}

#[tokio::test]
async fn what_a_client_writes_is_no_label() {
    let running = run(|metrics| metrics).await;
    let server = Server::of(running.router).await;
    for path in ["/status/418", "/invented?by=client", "/secret-path"] {
        get(server.address, path).await;
    }
    let (_, text) = get(server.address, "/metrics?secret-query").await;
    for word in ["418", "invented", "secret", "by=client"] {
        assert!(!text.contains(word), "{word}");
    }
}
