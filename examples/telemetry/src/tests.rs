//! The spans of a request, as they are exported.

use std::collections::BTreeMap;

use axum::{body::Body, http::Request};
use opentelemetry::{
    KeyValue, Value,
    trace::{SpanId, SpanKind, Status},
};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SpanData};
use tower::ServiceExt as _;

use super::*;

/// The spans of one request.
async fn spans_of(path: &str) -> Vec<SpanData> {
    let exporter = InMemorySpanExporter::default();
    let provider = exporting_to(exporter.clone());
    let _default = tracing::subscriber::set_default(tracing_to(&provider));
    let built = App::build().await.expect("nothing fails");
    exporter.reset(); // The start has spans, too.
    let request = Request::get(path).body(Body::empty()).expect("a request");
    let answer = app(&built).oneshot(request).await;
    drop(answer.expect("a router always answers"));
    provider.force_flush().expect("they are kept in memory");
    exporter
        .get_finished_spans()
        .expect("they are kept in memory")
}

/// Each span's name, with that of its parent.
fn parents(spans: &[SpanData]) -> BTreeMap<&str, &str> {
    let ids = spans
        .iter()
        .map(|span| (span.span_context.span_id(), &*span.name));
    let names: BTreeMap<_, _> = ids.map(|(id, name)| (id.to_bytes(), name)).collect();
    let parent = |span: &SpanData| names.get(&span.parent_span_id.to_bytes()).copied();
    spans
        .iter()
        .map(|span| (&*span.name, parent(span).unwrap_or("")))
        .collect()
}

fn named<'s>(spans: &'s [SpanData], name: &str) -> &'s SpanData {
    let mut spans = spans.iter();
    spans
        .find(|span| span.name == name)
        .expect("it was exported")
}

#[tokio::test]
async fn a_request_is_a_tree_of_spans() {
    let spans = spans_of("/quotes/kite").await;
    assert_eq!(
        parents(&spans),
        BTreeMap::from([
            ("GET /quotes/{item}", ""),
            ("construct:Quote", "GET /quotes/{item}"),
            ("find", "construct:Quote"),
            ("handler:show", "GET /quotes/{item}"),
            ("teardown:Quote", "GET /quotes/{item}"),
        ])
    );
    let request = named(&spans, "GET /quotes/{item}");
    assert_eq!(
        (&request.span_kind, request.parent_span_id),
        (&SpanKind::Server, SpanId::INVALID)
    );
    for attribute in [
        KeyValue::new("http.request.method", "GET"),
        KeyValue::new("http.route", "/quotes/{item}"),
        KeyValue::new("http.response.status_code", 200),
    ] {
        assert!(
            request.attributes.contains(&attribute),
            "{:?}",
            request.attributes
        );
    }
    let handler = &named(&spans, "handler:show").attributes;
    let place = |name: &str| handler.iter().find(|one| one.key.as_str() == name);
    let file = place("code.file.path").expect("it has one").value.as_str();
    assert!(file.ends_with("main.rs"), "{file}");
    let line = &place("code.line.number").expect("it has one").value;
    assert!(matches!(line, Value::I64(_)), "{line:?}");
    let trace = request.span_context.trace_id();
    assert!(
        spans
            .iter()
            .all(|span| span.span_context.trace_id() == trace)
    );
    // What the teardown logs is an event of its span.
    assert_eq!(named(&spans, "teardown:Quote").events.len(), 1);
}

#[tokio::test]
async fn what_fails_has_the_status_of_an_error() {
    let spans = spans_of("/quotes/moon").await;
    assert_eq!(
        parents(&spans),
        BTreeMap::from([
            ("GET /quotes/{item}", ""),
            ("construct:Quote", "GET /quotes/{item}"),
            ("find", "construct:Quote"),
        ])
    );
    let status = &named(&spans, "construct:Quote").status;
    assert!(matches!(status, Status::Error { .. }), "{status:?}");
    // Of a server, 404 is none of its own.
    assert_eq!(named(&spans, "GET /quotes/{item}").status, Status::Unset);
}
