//! What the paths of the inspector answer.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::{OriginalUri, Path, Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION,
            REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::Next,
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use futures_util::{StreamExt as _, stream};
use tokio::time::{MissedTickBehavior, interval};

use super::{Guard, Source, assets::Asset, not_there};

/// Nothing of any other origin, no scripts or styles inside of the page, no frame around it, no form in it.
const POLICY: &str =
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// For all answers, those that refuse included.
const HEADERS: [(HeaderName, HeaderValue); 3] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// How often a snapshot is sent.
const EVERY: Duration = Duration::from_secs(1);

/// Lets a request in, or does as if there was nothing.
pub(super) async fn admit(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let is_admitted = guard(&head);
    let mut response = match is_admitted {
        true => next.run(Request::from_parts(head, body)).await,
        false => not_there(),
    };
    response.headers_mut().extend(HEADERS);
    response
}

/// Sends the browser to the page's file. Under `/_di` without a slash at its end, `style.css` would else be that of the user's root.
///
/// The address is relative, so that it is right behind a proxy that takes a prefix away.
pub(super) async fn index(OriginalUri(uri): OriginalUri) -> Response {
    let last = uri.path().rsplit('/').next().unwrap_or_default();
    // A path begins with a slash, so `last` has none, and no colon of it can be taken for a scheme.
    let to = match last {
        "" => "index.html".to_string(),
        last => format!("./{last}/index.html"),
    };
    (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, to)]).into_response()
}

/// A file of the page.
pub(super) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = Asset::named(&name) else {
        return not_there();
    };
    let tag = asset.tag();
    // The browser asks each time, and gets the file when it is another one: after the next build.
    let cache = [(CACHE_CONTROL, "no-cache"), (CONTENT_TYPE, asset.kind)];
    let known = headers.get(IF_NONE_MATCH);
    match known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        true => (StatusCode::NOT_MODIFIED, [(ETAG, tag)], cache).into_response(),
        false => ([(ETAG, tag)], cache, asset.text).into_response(),
    }
}

pub(super) async fn graph(State(source): State<Source>) -> Response {
    json(source.graph.to_string())
}

pub(super) async fn startup(State(source): State<Source>) -> Response {
    json((source.startup)())
}

fn json(text: String) -> Response {
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, text).into_response()
}

/// A snapshot at once, and one each second until the app stops: a server that shuts down gracefully waits for its answers.
pub(super) async fn events(State(source): State<Source>) -> Response {
    let stopping = (source.stopping)();
    let mut ticks = interval(EVERY);
    // A client that reads slowly is not sent what it has missed.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let events = stream::unfold(ticks, move |mut ticks| {
        let snapshot = source.snapshot.clone();
        async move {
            ticks.tick().await;
            let event = Event::default().event("snapshot").data(snapshot());
            Some((Ok::<_, Infallible>(event), ticks))
        }
    });
    Sse::new(events.take_until(stopping)).into_response()
}
