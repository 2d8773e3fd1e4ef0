//! Handlers with as many parameters as there can be, and the kinds of parameters.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{
        MatchedPath, OriginalUri, Path, Query, RawPathParams, RawQuery, Request, State,
        rejection::QueryRejection,
    },
    http::{HeaderMap, Method, StatusCode, Uri, Version, header},
    response::{Html, IntoResponse},
    routing::{any, get, post},
};
use di_axum::{Inject, container, handler, injectable};
use serde::Deserialize;

use crate::support::{fetch, post_json, request, send, text};

#[injectable(singleton)]
struct Settings {
    #[inject(value = "settings")]
    name: &'static str,
}

#[injectable(request)]
struct Session<'r> {
    settings: &'r Settings,
}

struct Serial(u32);

#[injectable(transient)]
fn serial() -> Serial {
    Serial(7)
}

#[container(Settings, Session<'_>, Serial = serial)]
struct App;

#[derive(Deserialize)]
struct Paging {
    page: u32,
}

#[derive(Deserialize)]
struct Note {
    text: String,
}

/// Sixteen parameters: three injected, and thirteen extractors, of which the last reads the body.
#[handler]
#[allow(clippy::too_many_arguments, reason = "that is what is tested")]
async fn sixteen(
    session: &Session<'_>,
    Path((kind, id)): Path<(String, u32)>,
    Query(paging): Query<Paging>,
    State(app): State<App>,
    headers: HeaderMap,
    settings: Arc<Settings>,
    method: Method,
    uri: Uri,
    version: Version,
    OriginalUri(original): OriginalUri,
    route: MatchedPath,
    #[inject] Serial(serial): Serial,
    RawQuery(raw): RawQuery,
    params: RawPathParams,
    again: Result<Query<Paging>, QueryRejection>,
    Json(note): Json<Note>,
) -> Json<Vec<String>> {
    assert!(std::ptr::eq(session.settings, &*settings));
    assert!(std::ptr::eq(app.get::<Settings>(), &*settings));
    let agent = headers.get(header::USER_AGENT).is_some();
    Json(vec![
        format!(
            "{kind} {id} {} {agent} {method} {uri} {version:?}",
            paging.page
        ),
        format!("{original} {} {serial} {raw:?}", route.as_str()),
        format!("{} {} {}", params.iter().count(), again.is_ok(), note.text),
    ])
}

#[tokio::test]
async fn a_handler_has_up_to_sixteen_parameters() {
    let app = App::build().await.expect("nothing fails");
    let inner = Router::new().route("/{kind}/{id}", post(sixteen));
    let router = Router::new().nest("/notes", inner).with_state(app);

    let good = post_json("/notes/a/1?page=2", r#"{"text":"hi"}"#);
    let (_, body) = send(&router, good).await;
    let lines: Vec<String> = serde_json::from_str(&body).expect("lines");
    assert_eq!(
        lines,
        [
            "a 1 2 false POST /a/1?page=2 HTTP/1.1",
            r#"/notes/a/1?page=2 /notes/{kind}/{id} 7 Some("page=2")"#,
            "2 true hi",
        ]
    );

    let rejections = [
        ("/notes/a/b?page=2", r#"{"text":"hi"}"#, "Invalid URL"),
        (
            "/notes/a/1?page=x",
            r#"{"text":"hi"}"#,
            "Failed to deserialize query string",
        ),
        (
            "/notes/a/1?page=2",
            r#"{"text":1}"#,
            "Failed to deserialize the JSON body",
        ),
    ];
    for (path, body, rejection) in rejections {
        let (status, answer) = send(&router, post_json(path, body)).await;
        assert!(status.is_client_error(), "{path} {status}");
        assert!(answer.contains(rejection), "{path} {answer}");
    }
}

// What a handler may take last, and return.

#[handler]
async fn nothing() {}

#[handler]
async fn only_parts(headers: HeaderMap) -> String {
    headers.len().to_string()
}

#[handler]
async fn bytes(body: Bytes, settings: &Settings) -> Result<Bytes, StatusCode> {
    if body.is_empty() {
        Err(StatusCode::LENGTH_REQUIRED)
    } else {
        Ok([settings.name.as_bytes(), &body].concat().into())
    }
}

#[handler]
async fn whole(settings: Inject<Settings>, request: Request) -> impl IntoResponse {
    let path = request.uri().path().to_string();
    ([(header::ETAG, settings.name)], Html(path))
}

#[handler]
async fn by_any_method(method: Method, session: &'_ Session<'_>) -> (StatusCode, String) {
    (
        StatusCode::CREATED,
        format!("{method} {}", session.settings.name),
    )
}

/// Lifetimes of the user's own.
#[handler]
async fn named<'a, 'b>(session: &'a Session<'b>, settings: &'b Settings) -> String
where
    'b: 'a,
{
    let shortest: &'a str = if session.settings.name.is_empty() {
        ""
    } else {
        settings.name
    };
    shortest.to_string()
}

#[tokio::test]
async fn any_extractor_may_be_last_and_any_response_is_returned() {
    let app = App::build().await.expect("nothing fails");
    let router = Router::new()
        .route("/nothing", get(nothing))
        .route("/parts", get(only_parts))
        .route("/bytes", post(bytes).get(nothing))
        .route("/any", any(by_any_method))
        .route("/named", get(named))
        .fallback(whole)
        .with_state(app);
    assert_eq!(text(&router, "/nothing").await, "");
    assert_eq!(text(&router, "/parts").await, "0");
    assert_eq!(text(&router, "/bytes").await, "");
    assert_eq!(send(&router, post_json("/bytes", "!")).await.1, "settings!");
    assert_eq!(
        send(&router, post_json("/bytes", "")).await.0,
        StatusCode::LENGTH_REQUIRED
    );
    assert_eq!(
        fetch(&router, "/any").await,
        (StatusCode::CREATED, "GET settings".to_string())
    );
    assert_eq!(text(&router, "/named").await, "settings");
    assert_eq!(text(&router, "/else/where").await, "/else/where");
    let response = tower::ServiceExt::oneshot(router, request("/x")).await;
    assert_eq!(
        response.expect("a router always answers").headers()[header::ETAG],
        "settings"
    );
}

// Handlers that are listed are the ones that can be mounted; a list may name those of other modules.

mod listed {
    use super::*;

    #[handler]
    pub(super) async fn first(settings: &Settings) -> &'static str {
        settings.name
    }

    pub(super) mod inner {
        use super::*;

        #[handler]
        pub(in crate::extractors) async fn second(session: &Session<'_>) -> &'static str {
            session.settings.name
        }
    }
}

#[container(Settings, Session<'_>, handlers(listed::first, self::listed::inner::second,))]
struct Listed;

#[tokio::test]
async fn handlers_may_be_listed() {
    let app = Listed::build().await.expect("nothing fails");
    let router = Router::new()
        .route("/first", get(listed::first))
        .route("/second", get(listed::inner::second))
        .with_state(app);
    assert_eq!(text(&router, "/first").await, "settings");
    assert_eq!(text(&router, "/second").await, "settings");
}
