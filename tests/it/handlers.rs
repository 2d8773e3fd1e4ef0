//! Handlers: extractors, states, failures, and the order of all that.

use std::{io, sync::Arc};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{FromRequestParts, State},
    http::{Request, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use di_axum::{HasContainer, Inject, container, handler, injectable};
use http_body_util::channel::Channel;
use serde::Deserialize;
use tokio::sync::Semaphore;

use crate::support::{Log, Traced, fetch, poll_once, post_json, request, send, text, within};

struct Settings {
    name: &'static str,
}

trait Clock: Send + Sync {
    fn now(&self) -> u64;
}

#[injectable(singleton)]
struct Stopped {
    #[inject(value = 12)]
    hour: u64,
}

impl Clock for Stopped {
    fn now(&self) -> u64 {
        self.hour
    }
}

/// An extractor of any state.
struct Bearer(String);

impl<S: Send + Sync> FromRequestParts<S> for Bearer {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let header = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer "));
        token
            .map(|token| Bearer(token.to_string()))
            .ok_or((StatusCode::UNAUTHORIZED, "who are you?"))
    }
}

/// An extractor that asks the container: in a constructor that is the state, whatever the router's is.
struct Site(&'static str);

impl FromRequestParts<App> for Site {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        Ok(Site(app.get::<Settings>().name))
    }
}

struct Denied;

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        (StatusCode::FORBIDDEN, [("x-reason", "name")], "denied").into_response()
    }
}

struct Caller {
    name: String,
    site: &'static str,
    _trace: Traced,
}

#[injectable(request)]
impl Caller {
    /// Suspends, and is denied to Eve.
    #[constructor]
    async fn authenticate(
        #[extract] Bearer(name): Bearer,
        #[extract] Site(site): Site,
        door: &Semaphore,
        log: Arc<Log>,
    ) -> Result<Self, Denied> {
        let trace = Traced::new("caller", log);
        drop(door.acquire().await.map_err(|_| Denied)?);
        if name == "eve" {
            return Err(Denied);
        }
        Ok(Caller {
            name,
            site,
            _trace: trace,
        })
    }
}

#[injectable(request)]
struct Service<'r> {
    caller: &'r Caller,
    clock: &'r dyn Clock,
}

impl Service<'_> {
    fn sign(&self) -> String {
        format!(
            "{} at {}, {}",
            self.caller.name,
            self.caller.site,
            self.clock.now()
        )
    }
}

#[container(Stopped, dyn Clock = Stopped, Caller, Service<'_>)]
struct App {
    settings: Settings,
    log: Arc<Log>,
    door: Arc<Semaphore>,
}

/// A state of the user's own.
#[derive(Clone)]
struct AppState {
    app: App,
    version: u32,
}

impl HasContainer for AppState {
    type Container = App;

    fn container(&self) -> &App {
        &self.app
    }
}

#[handler]
async fn sign(service: &Service<'_>) -> String {
    service.sign()
}

#[handler]
async fn whoami(caller: &Caller, service: &Service<'_>) -> impl IntoResponse {
    assert!(std::ptr::eq(caller, service.caller));
    (StatusCode::ACCEPTED, caller.name.clone())
}

#[derive(Deserialize)]
struct Note {
    text: String,
}

#[handler]
async fn write(service: &Service<'_>, Json(note): Json<Note>) -> String {
    format!("{}: {}", service.sign(), note.text)
}

#[handler]
async fn version(State(state): State<AppState>, clock: &dyn Clock) -> String {
    format!("{} {}", state.version, clock.now())
}

struct Started {
    app: App,
    log: Arc<Log>,
    door: Arc<Semaphore>,
}

async fn start() -> Started {
    let (log, door) = (Log::new(), Arc::new(Semaphore::new(1)));
    let settings = Settings { name: "here" };
    let app = App::build(settings, log.clone(), door.clone())
        .await
        .expect("nothing fails");
    Started { app, log, door }
}

fn routes<S: HasContainer<Container = App>>() -> Router<S> {
    Router::new()
        .route("/sign", get(sign))
        .route("/whoami", get(whoami))
        .route("/write", post(write))
}

/// The request, as this user's.
fn from(name: &str, mut request: Request<Body>) -> Request<Body> {
    let value = format!("Bearer {name}").parse().expect("a valid header");
    request.headers_mut().insert(header::AUTHORIZATION, value);
    request
}

#[tokio::test]
async fn handlers_mount_on_the_container_and_on_a_state_that_holds_one() {
    let app = start().await.app;
    let state = AppState {
        app: app.clone(),
        version: 3,
    };
    let plain = routes().with_state(app);
    let own = routes().route("/version", get(version)).with_state(state);
    for router in [&plain, &own] {
        let (_, body) = within(send(router, from("ada", request("/sign")))).await;
        assert_eq!(body, "ada at here, 12");
    }
    assert_eq!(text(&own, "/version").await, "3 12");
}

#[tokio::test]
async fn handlers_share_nodes() {
    let Started { app, log, .. } = start().await;
    let router = routes().with_state(app);
    let (status, body) = send(&router, from("ada", request("/whoami"))).await;
    assert_eq!((status, body.as_str()), (StatusCode::ACCEPTED, "ada"));
    assert_eq!(
        send(&router, from("bob", request("/sign"))).await.1,
        "bob at here, 12"
    );
    assert_eq!(log.take(), ["+caller", "-caller", "+caller", "-caller"]);
}

#[tokio::test]
async fn failures_answer_for_themselves() {
    let Started { app, log, .. } = start().await;
    let router: Router = routes().with_state(app);

    let answer = fetch(&router, "/sign").await;
    assert_eq!(
        answer,
        (StatusCode::UNAUTHORIZED, "who are you?".to_string()),
        "the rejection"
    );
    assert_eq!(log.take(), [""; 0]);

    let answer = send(&router, from("eve", request("/sign"))).await;
    assert_eq!(
        answer,
        (StatusCode::FORBIDDEN, "denied".to_string()),
        "the constructor's error"
    );
    assert_eq!(log.take(), ["+caller", "-caller"]);

    let response = tower::ServiceExt::oneshot(router, from("eve", request("/whoami"))).await;
    let response = response.expect("a router always answers");
    assert_eq!(response.headers()["x-reason"], "name");
}

#[tokio::test]
async fn a_constructor_may_wait_for_something_that_happens_later() {
    let Started { app, log, door } = start().await;
    let router: Router = routes().with_state(app);
    let held = door.acquire().await.expect("never closed");
    let mut answering = Box::pin(send(&router, from("ada", request("/sign"))));
    assert!(poll_once(&mut answering).is_pending());
    assert_eq!(log.take(), ["+caller"]);
    drop(held);
    assert_eq!(within(answering).await.1, "ada at here, 12");
}

#[tokio::test]
async fn nothing_is_built_before_the_body_is_read() {
    let Started { app, log, .. } = start().await;
    let router: Router = routes().with_state(app);

    let (status, _) = send(&router, from("ada", post_json("/write", "{"))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(log.take(), [""; 0], "a body that is refused");

    let (mut upload, body) = Channel::<Bytes, io::Error>::new(2);
    let slow = from("ada", post_json("/write", Body::new(body)));
    let mut answering = Box::pin(send(&router, slow));
    for part in [r#"{"text":"#, r#""slowly"}"#] {
        assert!(poll_once(&mut answering).is_pending());
        assert_eq!(log.take(), [""; 0], "a body that is on its way");
        upload
            .send_data(Bytes::from_static(part.as_bytes()))
            .await
            .expect("somebody reads");
    }
    drop(upload);
    assert_eq!(within(answering).await.1, "ada at here, 12: slowly");
    assert_eq!(log.take(), ["+caller", "-caller"]);
}

/// A handler without `#[handler]`.
async fn unmarked(settings: Inject<Settings>, Inject(clock): Inject<dyn Clock>) -> String {
    let kept: Arc<dyn Clock> = clock;
    format!("{} {}", settings.name, kept.now())
}

#[tokio::test]
async fn singletons_are_extractors_in_unmarked_handlers() {
    let app = start().await.app;
    assert_eq!(app.get::<dyn Clock>().now(), 12);
    let state = AppState {
        app: app.clone(),
        version: 1,
    };
    let plain = Router::new().route("/", get(unmarked)).with_state(app);
    let own = Router::new().route("/", get(unmarked)).with_state(state);
    assert_eq!(text(&plain, "/").await, "here 12");
    assert_eq!(text(&own, "/").await, "here 12");
}

#[tokio::test]
async fn a_handler_is_called_as_a_fn() {
    let log = Log::new();
    let caller = Caller {
        name: "ada".to_string(),
        site: "test",
        _trace: Traced::new("caller", log),
    };
    let clock = Stopped { hour: 1 };
    let service = Service {
        caller: &caller,
        clock: &clock,
    };
    assert_eq!(sign::call(&service).await, "ada at test, 1");
    let note = Note {
        text: "hi".to_string(),
    };
    assert_eq!(
        write::call(&service, Json(note)).await,
        "ada at test, 1: hi"
    );
}
